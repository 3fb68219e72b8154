/**
 * Files of a volume with equal or nested paths, where the last one written hides the others (pkg/api/pod/warnings.go).
 */
import type { Volume, VolumeProjection } from "../../../../generated/core.v1.ts";
import { goQuote } from "../../../../machinery/field-error.ts";

interface File {
  readonly path: string;
  /** How messages name it, if it is one of several sources. */
  readonly source?: string;
}

export function volumePathWarnings(volumes: readonly Volume[] = []): string[] {
  return volumes.flatMap(({ name, configMap, secret, downwardAPI, projected }) => {
    const warningsOf = (what: string, files: readonly File[] = []) =>
      files.flatMap((file, i) =>
        files
          .slice(0, i)
          .filter((other) => overlap(trimmed(file.path), trimmed(other.path)))
          .map((other) => `volume ${goQuote(name)} (${what}): overlapping paths: ${shown(file)} with ${shown(other)}`),
      );
    return [
      ...warningsOf(`ConfigMap ${goQuote(configMap?.name ?? "")}`, configMap?.items),
      ...warningsOf(`Secret ${goQuote(secret?.secretName ?? "")}`, secret?.items),
      ...warningsOf("DownwardAPI", downwardAPI?.items),
      ...(projected?.sources ?? [])
        .filter((source) => Object.keys(source).length === 0)
        .map(() => `volume ${goQuote(name)} (Projected) has no sources provided`),
      ...warningsOf("Projected", projected?.sources?.flatMap(filesOf)),
    ];
  });
}

function filesOf({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): readonly File[] {
  const from = (source: string, items: readonly File[]) => items.map(({ path }) => ({ path, source }));
  if (configMap?.items) return from(`ConfigMap ${goQuote(configMap.name ?? "")}`, configMap.items);
  if (secret?.items) return from(`Secret ${goQuote(secret.name ?? "")}`, secret.items);
  if (downwardAPI?.items) return from("DownwardAPI", downwardAPI.items);
  return serviceAccountToken ? from("ServiceAccountToken", [serviceAccountToken]) : [];
}

const trimmed = (path: string) => path.replace(/\/+$/, "");

const overlap = (a: string, b: string) =>
  a !== "" && b !== "" && (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`));

const shown = ({ path, source }: File) =>
  source === undefined ? goQuote(trimmed(path)) : `${goQuote(trimmed(path))} (${source})`;

/**
 * Files of a volume with equal or nested paths, where the last one written hides the others (pkg/api/pod/warnings.go).
 */
import { compareTexts } from "../../../../compare-texts.ts";
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
      overlaps(files).map(
        ([file, other]) => `volume ${goQuote(name)} (${what}): overlapping paths: ${shown(file)} with ${shown(other)}`,
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

/** Of more pairs, only some are warned about: a response has no room for them. */
const MAX_PAIRS = 10_000;

/** Each file with those before it that it overlaps. In the order of their paths, a file follows those that contain it. */
function overlaps(files: readonly File[]): (readonly [file: File, other: File])[] {
  const sorted = files
    .map((file, i) => ({ file, i, path: `${trimmed(file.path)}/` }))
    .filter(({ path }) => path !== "/")
    .sort((a, b) => compareTexts(a.path, b.path) || a.i - b.i);
  const pairs: { file: File; i: number; other: File; j: number }[] = [];
  const around: typeof sorted = [];
  for (const each of sorted) {
    for (let outer = around.at(-1); outer && !each.path.startsWith(outer.path); outer = around.at(-1)) around.pop();
    for (const outer of around) {
      if (pairs.length === MAX_PAIRS) break;
      const [later, earlier] = each.i > outer.i ? [each, outer] : [outer, each];
      pairs.push({ file: later.file, i: later.i, other: earlier.file, j: earlier.i });
    }
    around.push(each);
  }
  return pairs.sort((a, b) => a.i - b.i || a.j - b.j).map(({ file, other }) => [file, other]);
}

function trimmed(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}

const shown = ({ path, source }: File) =>
  source === undefined ? goQuote(trimmed(path)) : `${goQuote(trimmed(path))} (${source})`;

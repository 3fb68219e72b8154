import { CliError } from "../cli-error.ts";
import { type Connection, parseKubeconfig, readKubeconfig } from "../kubeconfig.ts";
import { readFileIfPresent } from "../read-file.ts";

/** Throws a CliError for the directory of a cluster beside the default one: that has a kubeconfig, and no control plane. */
export function expectControlPlane(dataDirectory: string): void {
  const text = readFileIfPresent(`${dataDirectory}/kubeconfig`);
  const [, cluster] = /\/clusters\/([^/]+)$/.exec(parseKubeconfig(text ?? "")?.server ?? "") ?? [];
  if (cluster === undefined) return;
  throw new CliError(`${dataDirectory} is of cluster ${cluster} alone; name the --data-dir of its control plane`);
}

/** Like {@link readKubeconfig}, for what concerns all clusters of a control plane. */
export function readControlPlane(dataDirectory: string): Connection {
  expectControlPlane(dataDirectory);
  return readKubeconfig(dataDirectory);
}

import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import * as v from "valibot";
import { parse, stringify } from "yaml";
import { CliError } from "./cli-error.ts";
import { readFile, readFileIfPresent } from "./read-file.ts";
import { systemReason } from "./system-reason.ts";

/** How to reach a control plane, and as whom. */
export interface Connection {
  /** `https://host:port`, with the cluster's path if there is one, and no trailing slash. */
  readonly server: string;
  readonly token: string;
  /** PEM; absent if the server's certificate comes from a public CA. */
  readonly ca?: string;
}

/** A kubeconfig (v1) with one cluster, one user and one context, all of that name. */
export function renderKubeconfig(name: string, connection: Connection): string {
  const ca = connection.ca && { "certificate-authority-data": Buffer.from(connection.ca).toString("base64") };
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: connection.server, ...ca } }],
      users: [{ name, user: { token: connection.token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    },
    { lineWidth: 0 },
  );
}

const kubeconfig = v.looseObject({
  clusters: v.array(
    v.object({
      name: v.string(),
      cluster: v.object({ server: v.string(), "certificate-authority-data": v.optional(v.string()) }),
    }),
  ),
  users: v.array(v.object({ name: v.string(), user: v.object({ token: v.string() }) })),
  contexts: v.array(v.object({ name: v.string(), context: v.object({ cluster: v.string(), user: v.string() }) })),
  "current-context": v.string(),
});

/** The current context of a kubeconfig whose user has a token; undefined for any other text. */
export function parseKubeconfig(text: string): Connection | undefined {
  const parsed = v.safeParse(kubeconfig, parseYaml(text));
  if (!parsed.success) return undefined;
  const config = parsed.output;
  const context = config.contexts.find((c) => c.name === config["current-context"])?.context;
  const cluster = config.clusters.find((c) => c.name === context?.cluster)?.cluster;
  const user = config.users.find((u) => u.name === context?.user)?.user;
  if (!cluster || !user) return undefined;
  const ca = cluster["certificate-authority-data"];
  return {
    server: cluster.server.replace(/\/$/, ""),
    token: user.token,
    ...(ca && { ca: Buffer.from(ca, "base64").toString() }),
  };
}

/** The name of a kubeconfig's current context; undefined for any other text. */
export function contextNameOf(text: string): string | undefined {
  const parsed = v.safeParse(kubeconfig, parseYaml(text));
  return parsed.success ? parsed.output["current-context"] : undefined;
}

export const readContextName = (dataDirectory: string): string =>
  contextNameOf(readFile(`${dataDirectory}/kubeconfig`)) ?? "sailplane";

/**
 * Reads the administrator's connection from a data directory; if there is none, throws a CliError that says what to do.
 */
export function readKubeconfig(dataDirectory: string): Connection {
  const file = `${dataDirectory}/kubeconfig`;
  const text = readFileIfPresent(file);
  if (text === undefined)
    throw new CliError(`no kubeconfig at ${file}; start the control plane with "sailplane up", or name its --data-dir`);
  const connection = parseKubeconfig(text);
  if (!connection)
    throw new CliError(`${file} is not a kubeconfig with a token; delete it, and "sailplane up" writes a new one`);
  return connection;
}

/**
 * Reserves the disk space for a kubeconfig like this one, whose token is about to be replaced: a new token that cannot
 * be saved would be lost, while the old one becomes invalid. Fails if there is none.
 */
export function reserveKubeconfig(dataDirectory: string, name: string, connection: Connection): void {
  const file = `${dataDirectory}/kubeconfig.new`;
  try {
    writeFileSync(file, renderKubeconfig(name, connection), { mode: 0o600 });
  } catch (error) {
    rmSync(file, { force: true });
    throw new CliError(`cannot write ${file}: ${systemReason(error)}`);
  }
}

/** Writes `DIRECTORY/kubeconfig` atomically, even if the power fails: it may be the only place with the token. */
export function saveKubeconfig(dataDirectory: string, name: string, connection: Connection): void {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = `${dataDirectory}/kubeconfig`;
  const text = renderKubeconfig(name, connection);
  if (readFileIfPresent(file) === text) return;
  try {
    // Reserved space is overwritten in place: if it were freed, somebody else might take it.
    const opened = openSync(`${file}.new`, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      ftruncateSync(opened, writeSync(opened, text, 0));
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new CliError(`cannot write ${file}: ${systemReason(error)}`);
  }
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

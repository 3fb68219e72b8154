/**
 * The kubeconfig of programs that reach the API server through a proxy: like the one it was made from, with all its
 * users, except for where the current context leads.
 */
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { parse, stringify } from "yaml";
import { CliError } from "../cli-error.ts";
import type { Connection } from "../kubeconfig.ts";
import { readFile } from "../read-file.ts";

type Server = Omit<Connection, "token">;

const named = v.looseObject({ name: v.string() });
const kubeconfig = v.looseObject({
  clusters: v.array(
    v.looseObject({
      name: v.string(),
      cluster: v.looseObject({
        server: v.string(),
        "certificate-authority": v.optional(v.string()),
        "certificate-authority-data": v.optional(v.string()),
      }),
    }),
  ),
  users: v.array(named),
  contexts: v.array(v.looseObject({ name: v.string(), context: v.looseObject({ cluster: v.string() }) })),
  "current-context": v.string(),
});

/** Settings that would have to hold for the proxy's own connections, which know only CAs and HTTPS_PROXY. */
const UNKNOWN = ["insecure-skip-tls-verify", "tls-server-name", "proxy-url"];

export interface Kubeconfig {
  readonly upstream: Server;
  /** The text for those who reach the server through a proxy. */
  through(proxy: Server): string;
}

/** Throws a CliError that says what is wrong with it. */
export function readProxied(file: string): Kubeconfig {
  const config = readConfig(file);
  const context = config.contexts.find(({ name }) => name === config["current-context"])?.context;
  const current = config.clusters.find(({ name }) => name === context?.cluster);
  if (current === undefined) throw new CliError(`${file} has no current context with a cluster`);
  const { server, "certificate-authority": caFile, "certificate-authority-data": caData, ...others } = current.cluster;
  const unknown = UNKNOWN.find((name) => others[name]);
  if (unknown !== undefined) throw new CliError(`${file}: the proxy does not support ${unknown} of a cluster`);
  if (!/^https:\/\//.test(server)) throw new CliError(`${file}: its server is ${server}, which is not https://`);
  // As by kubectl: data is preferred.
  const ca = caData ? Buffer.from(caData, "base64").toString() : caFile && readFile(resolve(dirname(file), caFile));
  return {
    upstream: { server: server.replace(/\/$/, ""), ...(ca && { ca }) },
    through: (proxy) => {
      const cluster = {
        server: proxy.server,
        ...(proxy.ca && { "certificate-authority-data": Buffer.from(proxy.ca).toString("base64") }),
      };
      const clusters = config.clusters.map((each) => (each === current ? { ...each, cluster } : each));
      return stringify({ ...config, clusters }, { lineWidth: 0 });
    },
  };
}

function readConfig(file: string): v.InferOutput<typeof kubeconfig> {
  const text = readFile(file);
  try {
    return v.parse(kubeconfig, parse(text));
  } catch {
    throw new CliError(`${file} is not a kubeconfig with clusters, users and contexts`);
  }
}

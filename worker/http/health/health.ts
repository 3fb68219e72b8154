import type { Context } from "hono";
import { methodNotAllowed } from "../../../api/machinery/status.ts";
import { ApiError, PlainTextError } from "../../api-error.ts";
import { shardsOf } from "../../policy/cluster-shards.ts";
import { knownPolicy } from "../../policy/snapshot.ts";
import { storeObjects } from "../../storage/cluster-stores.ts";
import type { Bindings } from "../bindings.ts";
import { isCheck, isHealthEndpoint, passes, renderHealth } from "./health-checks.ts";

/** The version of Kubernetes whose API this server speaks. */
export const KUBERNETES_VERSION = { major: "1", minor: "36", gitVersion: "v1.36.2" };

/** In place of Go. */
export const RUNTIME = "workerd";

const TEXT = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };

/**
 * `/healthz`, `/livez`, `/readyz` and their single checks: `ok`, or a list with `?verbose`. All methods are accepted.
 */
export async function serveHealth(c: Context<Bindings>): Promise<Response> {
  const [, endpoint = "", check = ""] = /^\/([a-z]+)\/?(.*)$/.exec(c.req.path) ?? [];
  if (!isHealthEndpoint(endpoint) || (check !== "" && !isCheck(endpoint, check)))
    throw new PlainTextError(404, "404 page not found");
  const health = { canReachStore: await canReachStore(c) };
  const query = new URL(c.req.url).searchParams;
  const { code, text } =
    check === ""
      ? renderHealth(endpoint, health, { excluded: query.getAll("exclude"), verbose: query.has("verbose") })
      : passes(check, health)
        ? { code: 200, text: "ok" }
        : { code: 500, text: "internal server error: the store does not answer\n" };
  return new Response(c.req.method === "HEAD" ? null : text, { status: code, headers: TEXT });
}

export const canReachStore = (c: Context<Bindings>): Promise<boolean> =>
  Promise.all(
    storeObjects(c.env, c.get("cluster"), shardsOf(knownPolicy(c.get("cluster")))).map(([, store]) => store.status()),
  ).then(
    () => true,
    () => false,
  );

export const VERSION = {
  major: KUBERNETES_VERSION.major,
  minor: KUBERNETES_VERSION.minor,
  emulationMajor: KUBERNETES_VERSION.major,
  emulationMinor: KUBERNETES_VERSION.minor,
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "35",
  gitVersion: KUBERNETES_VERSION.gitVersion,
  gitCommit: "sailplane",
  gitTreeState: "clean",
  buildDate: "2026-11-01T00:00:00Z",
  goVersion: "none",
  compiler: RUNTIME,
  platform: "linux/amd64",
};

export function serveVersion(c: Context<Bindings>): Response {
  if (c.req.method !== "GET") throw new ApiError(methodNotAllowed());
  // Indented, as kube-apiserver's: scripts search its lines.
  return new Response(JSON.stringify(VERSION, null, 2), { headers: { "Content-Type": "application/json" } });
}

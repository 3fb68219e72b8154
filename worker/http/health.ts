import type { Context } from "hono";
import { methodNotAllowed } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import type { Bindings } from "./app.ts";

/** The version of Kubernetes whose API this server speaks. */
export const KUBERNETES_VERSION = { major: "1", minor: "36", gitVersion: "v1.36.2" };

const CHECKS = ["ping", "log", "store"];

/** `/healthz`, `/livez`, `/readyz` and their single checks: `ok`, or a list with `?verbose`. */
export async function serveHealth(c: Context<Bindings>): Promise<Response> {
  if (c.req.method !== "GET" && c.req.method !== "HEAD") throw new ApiError(methodNotAllowed());
  const [, endpoint = "", check] = c.req.path.split("/");
  if (check && !CHECKS.includes(check)) {
    return new Response("404 page not found\n", {
      status: 404,
      headers: { "Content-Type": "text/plain; charset=utf-8" },
    });
  }
  // Only an answer of the store says that the cluster is there.
  await c.env.CLUSTER_STORE.getByName(c.var.cluster).status();
  const verbose = c.req.query("verbose") !== undefined && !check;
  const text = verbose ? `${CHECKS.map((name) => `[+]${name} ok\n`).join("")}${endpoint} check passed\n` : "ok";
  return new Response(c.req.method === "HEAD" ? null : text, {
    headers: { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" },
  });
}

export function serveVersion(c: Context<Bindings>): Response {
  if (c.req.method !== "GET") throw new ApiError(methodNotAllowed());
  return Response.json({
    ...KUBERNETES_VERSION,
    emulationMajor: KUBERNETES_VERSION.major,
    emulationMinor: KUBERNETES_VERSION.minor,
    minCompatibilityMajor: "1",
    minCompatibilityMinor: "35",
    gitCommit: "sailplane",
    gitTreeState: "clean",
    buildDate: "2026-11-01T00:00:00Z",
    goVersion: "none",
    compiler: "workerd",
    platform: "linux/amd64",
  });
}

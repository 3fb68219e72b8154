/** Short forms of calls to the core API of the default cluster, as the control plane. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Env } from "../../worker/env.ts";
import { send } from "./send.ts";

export const { API, CLUSTER_STORE } = env as Env;
export const BASE = "https://sailplane/api/v1";

export interface Answer {
  readonly code: number;
  readonly warning: string | null;
  readonly object: KubeObject & { readonly message?: string; readonly status?: Record<string, unknown> };
}

/** `path` is of the core API, or a URL. */
export async function call(path: string, body?: object, method = body ? "POST" : "GET"): Promise<Answer> {
  const response = await send(method, path.startsWith("/") ? `${BASE}${path}` : path, body);
  const object = (await response.json()) as Answer["object"];
  return { code: response.status, warning: response.headers.get("Warning"), object };
}

/** A pod that no scheduler takes. */
export const pod = (name: string, more: object = {}) => ({
  metadata: { name, labels: { app: "x" } },
  spec: { schedulerName: "none", containers: [{ name: "c", image: "i" }], ...more },
});
/** Creates a namespace, and returns its path. */
export const newNamespace = async (name: string, labels: object = {}) => {
  expect((await call("/namespaces", { metadata: { name, labels } })).code).toBe(201);
  return `/namespaces/${name}`;
};
export const codesOf = (answers: readonly Answer[]) => Map.groupBy(answers, ({ code }) => code);

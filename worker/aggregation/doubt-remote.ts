/**
 * A request to an aggregated API server has failed: it is asked whether it answers for its group version, and its
 * APIService says so at once if that is news (rule AGG-AVAILABLE). From then on the controller of APIServices goes on
 * asking. What this server itself refuses its client says nothing about the other.
 */
import { type ApiRequest, isSuccess } from "../../api/api-request.ts";
import type { Status } from "../../api/generated/meta.v1.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { ApiError } from "../api-error.ts";
import { type Availability, discoveryCheck, failedCheck, PASSED } from "../controllers/api-services.ts";
import type { Caller } from "../outbound/call-client.ts";
import type { RemoteApi } from "./remote-apis.ts";

/** One that is known not to answer is asked once in that time (ms), however many requests there are for it. */
const REST_MS = 30_000;

/** Those that are being asked: many requests fail together. */
const doubted = new Set<string>();
/** When one that is known not to answer was asked (ms). */
const askedAt = new Map<string, number>();

const isRefused = (problem: unknown): boolean =>
  problem instanceof ApiError && problem.status.code !== undefined && problem.status.code < 500;

export async function doubtRemote(
  { env, cluster }: Pick<Caller, "env" | "cluster">,
  remote: RemoteApi,
  problem: unknown,
): Promise<void> {
  const key = `${cluster} ${discoveryCheck(remote)}`;
  if (doubted.has(key) || isRefused(problem) || (!remote.available && !mayAsk(key, Date.now()))) return;
  doubted.add(key);
  try {
    const ask = { method: "GET", path: discoveryCheck(remote), headers: {} };
    const [checked] = await env.API.send({ cluster, requests: [ask] });
    if (!checked || isSuccess(checked) === remote.available) return;
    const found = isSuccess(checked) ? PASSED : failedCheck((JSON.parse(checked.body) as Status).message ?? "");
    await env.API.send({ cluster, requests: [reportOf(remote, found)] });
  } finally {
    doubted.delete(key);
  }
}

function mayAsk(key: string, now: number): boolean {
  for (const [asked, at] of askedAt) if (at + REST_MS <= now) askedAt.delete(asked);
  if (askedAt.has(key)) return false;
  askedAt.set(key, now);
  return true;
}

function reportOf({ group, version }: RemoteApi, found: Availability): ApiRequest {
  const condition = { type: "Available", lastTransitionTime: timestamp(Date.now()), ...found };
  return {
    method: "PATCH",
    path: `/apis/apiregistration.k8s.io/v1/apiservices/${version}.${group}/status`,
    headers: { "content-type": "application/strategic-merge-patch+json", "user-agent": "kube-apiserver" },
    body: JSON.stringify({ status: { conditions: [condition] } }),
  };
}

/**
 * A request to an aggregated API server has failed. If the server does not even answer for its group version, its
 * APIService says so at once, and the controller of APIServices goes on asking until it does (rule AGG-AVAILABLE). What
 * this server itself refuses its client says nothing about the other.
 */
import { type ApiRequest, isSuccess } from "../../api/api-request.ts";
import type { Status } from "../../api/generated/meta.v1.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { ApiError } from "../api-error.ts";
import { discoveryCheck } from "../controllers/api-services.ts";
import type { Caller } from "../outbound/call-client.ts";
import type { RemoteApi } from "./remote-apis.ts";

/** Those that are being asked: many requests fail together. */
const doubted = new Set<string>();

const isRefused = (problem: unknown): boolean =>
  problem instanceof ApiError && problem.status.code !== undefined && problem.status.code < 500;

export async function doubtRemote(
  { env, cluster }: Pick<Caller, "env" | "cluster">,
  remote: RemoteApi,
  problem: unknown,
): Promise<void> {
  const key = `${cluster} ${discoveryCheck(remote)}`;
  if (!remote.available || doubted.has(key) || isRefused(problem)) return;
  doubted.add(key);
  try {
    const ask = { method: "GET", path: discoveryCheck(remote), headers: {} };
    const [checked] = await env.API.send({ cluster, requests: [ask] });
    if (!checked || isSuccess(checked)) return;
    const { message = "" } = JSON.parse(checked.body) as Status;
    await env.API.send({ cluster, requests: [reportOf(remote, message)] });
  } finally {
    doubted.delete(key);
  }
}

function reportOf({ group, version }: RemoteApi, message: string): ApiRequest {
  const condition = {
    type: "Available",
    status: "False",
    lastTransitionTime: timestamp(Date.now()),
    reason: "FailedDiscoveryCheck",
    message,
  };
  return {
    method: "PATCH",
    path: `/apis/apiregistration.k8s.io/v1/apiservices/${version}.${group}/status`,
    headers: { "content-type": "application/strategic-merge-patch+json", "user-agent": "kube-apiserver" },
    body: JSON.stringify({ status: { conditions: [condition] } }),
  };
}

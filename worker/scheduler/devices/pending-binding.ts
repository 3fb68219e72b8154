/** A pod whose devices are being bound to its node. It goes there once they are, whatever has become of the node. */
import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Claim } from "./allocate.ts";
import { mustBind, type Readiness, readinessOf } from "./binding-conditions.ts";
import { isReservedFor } from "./pod-claims.ts";
import { podDevicesOf } from "./pod-devices.ts";

export interface PendingBinding {
  readonly node: NodeInfo;
  readonly claims: readonly Claim[];
  /** The claim among them that is for its extended resources. */
  readonly extended?: Claim;
  readonly readiness: Readiness;
}

/** For a pod with an expected node, whose devices are allocated. */
export function pendingBindingOf(pod: PendingPod, cluster: Cluster, now: number): PendingBinding | undefined {
  const { nominatedNodeName } = pod.pod.status;
  const node = nominatedNodeName ? cluster.node(nominatedNodeName) : undefined;
  if (!node) return undefined;
  const wanted = podDevicesOf(pod, cluster);
  if (!wanted) return undefined;
  const claims = [...wanted.claims, ...(wanted.made ? [wanted.made] : [])];
  if (!claims.every((claim) => isReservedFor(claim, pod))) return undefined;
  if (!claims.some(({ status: { allocation } }) => allocation && mustBind(allocation))) return undefined;
  return { node, claims, readiness: firstNotReady(claims, now), ...(wanted.made && { extended: wanted.made }) };
}

function firstNotReady(claims: readonly Claim[], now: number): Readiness {
  for (const claim of claims) {
    const readiness = readinessOf(claim, now);
    if (readiness.kind !== "ready") return readiness;
  }
  return { kind: "ready" };
}

/** Leaves the cluster: cordons the node, drains it, and deletes its Node and credential. */
import { setTimeout as sleep } from "node:timers/promises";
import { isSuccess } from "../api/api-request.ts";
import type { Node, Pod } from "../api/generated/core.v1.ts";
import type { ApiClient } from "../client/api-client.ts";
import type { ControlPlane } from "./control-plane/connection.ts";
import { isMirror, isStatic } from "./static-pods/mirror.ts";
import { steadyNow } from "./steady-now.ts";
import type { LocalVolumes } from "./volumes/local/local-volumes.ts";

const LOOK_MS = 500;

export interface LeaveOptions {
  readonly client: ApiClient;
  readonly controlPlane: ControlPlane;
  readonly nodeName: string;
  readonly pods: () => readonly Pod[];
  readonly print: (line: string) => void;
  /** How long pods may take to end. */
  readonly seconds: number;
  /** Local volumes kept here; undefined: none. */
  readonly volumes: Pick<LocalVolumes, "directory" | "names"> | undefined;
}

/**
 * Pods that would come back, or have ended by themselves, are not waited for. A terminating pod is waited for until it
 * is gone: its object can only be deleted with the node's own credential, and would otherwise belong to a node that no
 * longer exists.
 */
const isDrained = (pod: Pod): boolean =>
  (pod.metadata.ownerReferences ?? []).some(({ kind, controller }) => controller === true && kind === "DaemonSet") ||
  isStatic(pod) ||
  (pod.metadata.deletionTimestamp === undefined && (pod.status.phase === "Succeeded" || pod.status.phase === "Failed"));

/**
 * Fails if pods do not end in time, or the control plane does not answer: the node then remains part of the cluster.
 */
export async function leaveCluster({
  client,
  controlPlane,
  nodeName,
  pods,
  print,
  seconds,
  volumes,
}: LeaveOptions): Promise<void> {
  const patch = { spec: { unschedulable: true } };
  const cordoned = await client.patch<Node>(
    { resource: "nodes", name: nodeName },
    "application/merge-patch+json",
    patch,
  );
  if (!cordoned.ok && cordoned.status.code !== 404) throw new Error(cordoned.status.message ?? "refused");
  print(`${nodeName} accepts no more pods`);
  const end = steadyNow() + seconds * 1000;
  const requested = new Set<string>();
  for (;;) {
    const left = pods().filter((pod) => !isMirror(pod) && !isDrained(pod));
    if (left.length === 0) break;
    for (const pod of left) await evict(client, pod, { requested, print });
    if (steadyNow() > end) throw new Error(`${left.length} pods have not ended: ${left.map(nameOf).join(", ")}`);
    await sleep(LOOK_MS);
  }
  const path = `/sailplane/v1/nodes/${encodeURIComponent(nodeName)}/leave`;
  const response = await controlPlane.request({ method: "POST", path, headers: {} });
  if (!isSuccess(response)) throw new Error(`the control plane refused: ${response.body}`);
  print(`${nodeName} has left`);
  // They are somebody's data: nothing here deletes them.
  if (volumes !== undefined && volumes.names.length > 0)
    print(
      `${volumes.names.length} local volumes stay in ${volumes.directory}: a node that joins as ${nodeName} and keeps its volumes there has them again`,
    );
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;

interface EvictionOptions {
  readonly requested: Set<string>;
  readonly print: (line: string) => void;
}

/** A disruption budget may refuse for now; the eviction is retried. */
async function evict(client: ApiClient, pod: Pod, { requested, print }: EvictionOptions): Promise<void> {
  const { namespace = "", name = "", uid = "" } = pod.metadata;
  if (requested.has(uid)) return;
  const outcome = await client.create(
    { resource: "pods", namespace, name, subresource: "eviction" },
    { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } },
  );
  const code = outcome.ok ? 200 : (outcome.status.code ?? 0);
  if (code === 429) return;
  if (!outcome.ok && code !== 404) throw new Error(`${nameOf(pod)}: ${outcome.status.message}`);
  requested.add(uid);
  print(`${nameOf(pod)} is ending`);
}

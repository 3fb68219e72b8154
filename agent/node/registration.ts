/** Creates or updates the Node and its status. Heartbeats are handled by the link. */
import type { Lease } from "../../api/generated/coordination.v1.ts";
import type { Node } from "../../api/generated/core.v1.ts";
import { microTimestamp, timestamp } from "../../api/machinery/time/time.ts";
import { LOCAL_VOLUMES } from "../../api/node/local-volumes.ts";
import type { ApiClient, Outcome } from "../../client/api-client.ts";
import { addressesPatch } from "./node-addresses.ts";
import { type NodeFacts, nodeAnnotations, nodeLabels, nodeObject, nodeStatus } from "./node-object.ts";
import { patchedAllocatable } from "./patched-resources.ts";

const LEASE_NAMESPACE = "kube-node-lease";
const LEASE_SECONDS = 40;

/** What an earlier run of the node may have set, and this one must not keep. */
const WITHOUT = { [LOCAL_VOLUMES]: null };

const expectOk = <T>(outcome: Outcome<T>): T => {
  if (outcome.ok) return outcome.object;
  throw new Error(outcome.status.message ?? outcome.status.reason ?? "the control plane refused");
};

const isMissing = (outcome: Outcome<unknown>): boolean => !outcome.ok && outcome.status.code === 404;

export interface Registered {
  /** As in the API. */
  readonly node: Node;
  /** Whether the machine has rebooted since the node last registered. */
  readonly hasRebooted: boolean;
}

export async function registerNode(client: ApiClient, facts: NodeFacts): Promise<Registered> {
  const target = { resource: "nodes", name: facts.name };
  const existing = await client.patch<Node>(target, "application/merge-patch+json", {
    metadata: { labels: { ...WITHOUT, ...nodeLabels(facts) }, annotations: { ...WITHOUT, ...nodeAnnotations(facts) } },
  });
  const node = isMissing(existing)
    ? expectOk(await client.create<Node>({ resource: "nodes" }, nodeObject(facts)))
    : expectOk(existing);
  const bootID = node.status.nodeInfo?.bootID ?? "";
  const hasRebooted = bootID !== "" && bootID !== facts.machine.bootID;
  return { node: await reportNode(client, facts, node), hasRebooted };
}

async function reportNode(client: ApiClient, facts: NodeFacts, node: Node): Promise<Node> {
  const now = timestamp(Date.now());
  const status = nodeStatus(facts, node.status.conditions ?? [], now);
  const allocatable = { ...status.allocatable, ...patchedAllocatable(node.status, facts.devices) };
  return expectOk(
    await client.patch<Node>(
      { resource: "nodes", name: facts.name, subresource: "status" },
      "application/strategic-merge-patch+json",
      { status: { ...status, addresses: addressesPatch(status.addresses ?? []), allocatable } },
    ),
  );
}

/**
 * The Lease that tools look for. It is only written here, at registration, and shown with what the hub knows
 * (LINK-LEASE).
 */
export async function renewLease(client: ApiClient, node: Node): Promise<void> {
  const name = node.metadata.name ?? "";
  const target = { resource: "leases.coordination.k8s.io", namespace: LEASE_NAMESPACE, name };
  const renewTime = microTimestamp(Date.now());
  const renewed = await client.patch<Lease>(target, "application/merge-patch+json", {
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
  });
  if (!isMissing(renewed)) return;
  await client.create<Lease>(
    { resource: "leases.coordination.k8s.io", namespace: LEASE_NAMESPACE },
    {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name,
        namespace: LEASE_NAMESPACE,
        ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid: node.metadata.uid ?? "" }],
      },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    },
  );
}

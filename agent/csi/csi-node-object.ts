/** What is reported about the node's CSI drivers: the CSINode, and the topology labels that drivers provide. */
import type { Node } from "../../api/generated/core.v1.ts";
import type { CSINode } from "../../api/generated/storage.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { CsiDriver } from "./csi-drivers.ts";

const RESOURCE = "csinodes.storage.k8s.io";
const NODE_IDS = "csi.volume.kubernetes.io/nodeid";

export const driversOf = (drivers: readonly CsiDriver[]): CSINode["spec"]["drivers"] =>
  drivers.map(({ name, nodeId, mostVolumes, topology }) => ({
    name,
    nodeID: nodeId,
    topologyKeys: Object.keys(topology).sort(),
    ...(mostVolumes === undefined ? {} : { allocatable: { count: mostVolumes } }),
  }));

/** Fails with the control plane's error. */
export async function publishDrivers(client: ApiClient, node: Node, drivers: readonly CsiDriver[]): Promise<void> {
  const { name = "", uid = "" } = node.metadata;
  const spec = { drivers: driversOf(drivers) };
  const patched = await client.patch<CSINode>({ resource: RESOURCE, name }, "application/merge-patch+json", { spec });
  if (!patched.ok && patched.status.code !== 404) throw new Error(patched.status.message);
  if (!patched.ok) {
    const created = await client.create<CSINode>(
      { resource: RESOURCE },
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "CSINode",
        metadata: { name, ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid }] },
        spec,
      },
    );
    if (!created.ok && created.status.code !== 409) throw new Error(created.status.message);
  }
  if (drivers.length === 0) return;
  const ids = JSON.stringify(Object.fromEntries(drivers.map((driver) => [driver.name, driver.nodeId])));
  const labels = Object.assign({}, ...drivers.map(({ topology }) => topology));
  const labelled = await client.patch<Node>({ resource: "nodes", name }, "application/merge-patch+json", {
    metadata: { annotations: { [NODE_IDS]: ids }, labels },
  });
  if (!labelled.ok) throw new Error(labelled.status.message);
}

/** The volumes that a node's status lists as attached: its kubelet waits for that. */
import type { Node, PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Effect } from "../controller.ts";

export const uniqueName = ({ spec: { csi } }: PersistentVolume) =>
  `kubernetes.io/csi/${csi?.driver}^${csi?.volumeHandle}`;

/** As it should be, listed or not. */
export function listed(node: Stored<Node>, volume: Stored<PersistentVolume>, attached: boolean): readonly Effect[] {
  const name = uniqueName(volume);
  const current = node.status.volumesAttached ?? [];
  if (current.some((each) => each.name === name) === attached) return [];
  const others = current.filter((each) => each.name !== name);
  const volumesAttached = attached ? [...others, { name, devicePath: "" }] : others;
  return [
    {
      op: "patch",
      resource: "nodes",
      namespace: "",
      name: node.metadata.name,
      subresource: "status",
      type: "application/merge-patch+json",
      patch: {
        metadata: { resourceVersion: node.metadata.resourceVersion },
        status: { volumesAttached: volumesAttached.length > 0 ? volumesAttached : null },
      },
    },
  ];
}

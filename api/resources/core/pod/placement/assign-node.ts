/** A pod after its binding to a node (registry/core/pod/storage BindingREST). */
import type { Binding, Pod } from "../../../../generated/core.v1.ts";

export type Assigned<T extends Pod> =
  | { readonly ok: true; readonly pod: T }
  /** `why` is the text of the conflict. */
  | { readonly ok: false; readonly why: string };

/** The pod with the binding's node, labels and annotations, and the condition PodScheduled. `time` is a metav1.Time. */
export function assignNode<T extends Pod>(pod: T, { metadata, target }: Binding, time: string): Assigned<T> {
  const name = pod.metadata.name ?? "";
  const refuse = (why: string) => ({ ok: false, why: `pod ${name} ${why}` }) as const;
  if (pod.metadata.deletionTimestamp) return refuse("is being deleted, cannot be assigned to a host");
  if (pod.spec.nodeName) return refuse(`is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec.schedulingGates?.length) return refuse("has non-empty .spec.schedulingGates");
  const { annotations, labels } = metadata;
  // The nomination has served its purpose.
  const { nominatedNodeName: _, ...status } = pod.status;
  const conditions = (status.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  // A binding's condition has never been probed, which Go's zero time expresses.
  const scheduled = { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: time } as object;
  return {
    ok: true,
    pod: {
      ...pod,
      metadata: {
        ...pod.metadata,
        ...(labels ? { labels: { ...pod.metadata.labels, ...labels } } : {}),
        ...(annotations ? { annotations: { ...pod.metadata.annotations, ...annotations } } : {}),
      },
      spec: { ...pod.spec, nodeName: target.name ?? "" },
      status: { ...status, conditions: [...conditions, scheduled as (typeof conditions)[number]] },
    },
  };
}

/** The scheduler's decisions as changes, whose writes are conditional on the pods' revisions. */
import type { Pod, PodExtendedResourceClaimStatus, PodStatus } from "../../../api/generated/core.v1.ts";
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { canonicalJson, withMember } from "../../../api/machinery/json/json-canonical.ts";
import { leadingMeta, textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { attributesOf } from "../../../api/resources/attributes.ts";
import { assignNode } from "../../../api/resources/core/pod/placement/assign-node.ts";
import { topologyLabelsOf } from "../../../api/resources/core/pod/placement/topology-labels.ts";
import { behindAll } from "../../../api/resources/core/pod/status/condition-order.ts";
import { pod as podKind } from "../../../api/resources/core/pod.ts";
import { structOf } from "../../../api/schema/table.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { Write } from "../../../api/store/store.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";
import { type EventStamp, eventOf, type SchedulerEvent } from "../events/event.ts";
import { eventChange } from "../events/event-write.ts";
import { shortened } from "../framework/fit-error.ts";
import { withManagedFields } from "../managed-fields.ts";
import type { Change, SchedulerRequest } from "../requests/scheduler-request.ts";

/**
 * The pod on its node, with the node's topology labels, and the event about it; undefined if it can no longer be bound.
 */
export function bindingChanges(
  { pod }: PendingPod,
  { name: node, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  stamp: EventStamp,
): readonly [Change, Change] | undefined {
  const topology = topologyLabelsOf(labels);
  const metadata = Object.keys(topology).length > 0 ? { labels: topology } : {};
  const assigned = assignNode(pod, { metadata, target: { kind: "Node", name: node } }, timestamp(stamp.now));
  if (!assigned.ok) return undefined;
  const note = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node}`;
  return [
    {
      write: writeOf(pod, assigned.pod, boundText(pod, assigned.pod)),
      requests: () => [bindingRequest(pod, node, topology)],
    },
    eventChange("create", eventOf({ about: pod, type: "Normal", reason: "Scheduled", action: "Binding", note }, stamp)),
  ];
}

/** The server adds the labels, before admission. */
const bindingRequest = (
  { metadata: { namespace = "", name, uid } }: Stored<Pod>,
  node: string,
  labels: Readonly<Record<string, string>>,
): SchedulerRequest => ({
  verb: "create",
  resource: "pods",
  subresource: "binding",
  namespace,
  name,
  labels,
  body: { apiVersion: "v1", kind: "Binding", metadata: { namespace, name, uid }, target: { kind: "Node", name: node } },
  failure: (message) => `running Bind plugin "DefaultBinder": ${message}`,
});

export const failureEvent = ({ pod }: PendingPod, message: string): SchedulerEvent => ({
  about: pod,
  type: "Warning",
  reason: "FailedScheduling",
  action: "Scheduling",
  note: shortened(message),
});

export const preemptedEvent = (victim: PodFacts, { pod }: PendingPod, node: string): SchedulerEvent => ({
  about: {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: victim.name,
      namespace: victim.namespace,
      uid: victim.uid,
      resourceVersion: String(victim.revision),
      creationTimestamp: "",
    },
  },
  type: "Normal",
  reason: "Preempted",
  action: "Preempting",
  note: `Preempted by pod ${pod.metadata.uid} on node ${node}`,
});

/**
 * The pod with the condition that says why it waits, and its nominated node ("" for none); undefined if the pod says so
 * already.
 */
export function refusalChange(
  { pod }: PendingPod,
  {
    message,
    nominated,
    now,
    reason = "Unschedulable",
  }: {
    readonly message: string;
    readonly nominated: string | undefined;
    readonly now: number;
    readonly reason?: string;
  },
): Change | undefined {
  const { generation } = pod.metadata;
  const current = pod.status.conditions?.find(({ type }) => type === "PodScheduled");
  const same = current?.status === "False" && current.reason === reason && current.message === message;
  const nominatedNodeName = nominated ?? pod.status.nominatedNodeName ?? "";
  if (same && nominatedNodeName === (pod.status.nominatedNodeName ?? "")) return undefined;
  const condition = {
    type: "PodScheduled",
    status: "False",
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastProbeTime: null,
    lastTransitionTime:
      current?.status === "False" && current.lastTransitionTime ? current.lastTransitionTime : timestamp(now),
    reason,
    message,
  };
  const { nominatedNodeName: _, ...status } = pod.status;
  const others = (status.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const next = {
    ...status,
    ...(nominatedNodeName === "" ? {} : { nominatedNodeName }),
    conditions: [...others, condition as object as (typeof others)[number]],
  };
  return replacePod(pod, next, now);
}

/**
 * The pod before it is bound, if something must be made ready first: its expected node, and the claim for its extended
 * resources.
 */
export function expectedOn(
  pod: PendingPod,
  {
    node,
    extended,
    now,
  }: { readonly node: string; readonly extended?: PodExtendedResourceClaimStatus; readonly now: number },
): PendingPod {
  const before = pod.pod;
  const status = {
    ...before.status,
    nominatedNodeName: node,
    ...(extended && { extendedResourceClaimStatus: extended }),
  };
  const after = withManagedFields(
    { before, after: { ...before, status } },
    { kind: podKind, subresource: "status", now },
  );
  return { ...pod, pod: after };
}

/** The same for a pod that is not bound yet; undefined if it says so already. */
export function expectationChange({ pod: before }: PendingPod, { pod: after }: PendingPod): Change | undefined {
  return deepEqual(before.status, after.status) ? undefined : statusChange(before, after);
}

export const bindingPendingEvent = ({ pod }: PendingPod, node: string): SchedulerEvent => ({
  about: pod,
  type: "Normal",
  reason: "BindingConditionsPending",
  action: "Scheduling",
  note: `waiting for binding conditions for device on node ${node}`,
});

/** The pod without its nominated node. */
export function withoutNomination({ pod }: PendingPod, now: number): Change {
  const { nominatedNodeName: _, ...status } = pod.status;
  return replacePod(pod, status, now);
}

/** The pod with another status, recorded in managedFields. */
function replacePod(before: Stored<Pod>, status: PodStatus, now: number): Change {
  const next = withManagedFields(
    { before, after: { ...before, status } },
    { kind: podKind, subresource: "status", now },
  );
  return statusChange(before, next);
}

const statusChange = (before: Stored<Pod>, after: Stored<Pod>): Change => ({
  write: writeOf(before, after, textWithoutRevision(after)),
  requests: () => [statusPatch(before, after)],
});

/** Patches what differs: the scheduler writes one condition, its nomination and the claim for extended resources. */
function statusPatch({ metadata, status: before }: Stored<Pod>, { status: after }: Stored<Pod>): SchedulerRequest {
  const { namespace = "", name, uid, labels } = metadata;
  const { nominatedNodeName, extendedResourceClaimStatus } = after;
  const conditions = (after.conditions ?? []).filter(
    (each) => !before.conditions?.some((known) => deepEqual(known, each)),
  );
  const [condition] = conditions;
  const status = {
    ...(nominatedNodeName !== before.nominatedNodeName && { nominatedNodeName: nominatedNodeName ?? null }),
    ...(extendedResourceClaimStatus && { extendedResourceClaimStatus }),
    ...(condition && { conditions, ...behindAll(condition.type) }),
  };
  return {
    verb: "patch",
    resource: "pods",
    subresource: "status",
    namespace,
    name,
    labels,
    body: { metadata: { uid }, status },
    ...(extendedResourceClaimStatus && {
      failure: (message) =>
        `running PreBind plugin "DynamicResources": update pod ${namespace}/${name} ExtendedResourceClaimStatus: ${message}`,
    }),
  };
}

/** A binding sets the node, its labels and a condition: everything else is in the stored form, as it was read. */
const boundText = ({ metadata, spec, status, ...pod }: Stored<Pod>, after: Pod): string =>
  JSON.stringify({
    ...pod,
    metadata: leadingMeta(
      after.metadata.labels
        ? withMember(metadata, { labels: inOrder(after.metadata.labels) }, structOf("meta.v1.ObjectMeta"))
        : metadata,
    ),
    spec: withMember(spec, { nodeName: after.spec.nodeName ?? "" }, structOf("core.v1.PodSpec")),
    status: canonicalJson(after.status, structOf("core.v1.PodStatus")),
  });

const inOrder = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const writeOf = (before: Stored<Pod>, after: Pod, text: string): Write => ({
  op: "replace",
  key: { resource: "pods", namespace: before.metadata.namespace ?? "", name: before.metadata.name },
  ifRevision: asRevision(Number(before.metadata.resourceVersion)),
  text,
  attributes: attributesOf(podKind, after),
});

/** A pod is bound once, to a node that exists, takes it and has room for it. */
import type { Node, Pod, Taint } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { UNDER_WAY_MS } from "../behind.ts";
import type { ClusterState } from "../cluster-state.ts";
import type { Moment, Rule } from "../history.ts";
import { amount, hasEnded, requested } from "../pods.ts";

export const bindings = (): Rule => {
  /** Node to the time of its last change other than of its status. */
  const changed = new Map<string, number>();
  return function* (moment) {
    const { resource, type, object, previous, at, before } = moment;
    if (resource === "nodes") {
      if (!previous || type === "DELETED" || differ(object as Stored<Node>, previous as Stored<Node>))
        changed.set(object.metadata.name, at);
      return;
    }
    if (resource !== "pods" || type !== "MODIFIED" || !previous) return;
    const [pod, earlier] = [object as Stored<Pod>, previous as Stored<Pod>];
    const { nodeName } = pod.spec;
    if (earlier.spec.nodeName && nodeName !== earlier.spec.nodeName)
      yield `it moved from ${earlier.spec.nodeName} to ${nodeName}`;
    if (!nodeName || earlier.spec.nodeName) return;
    if (pod.spec.schedulingGates?.length) yield "it was bound in spite of its scheduling gates";
    const node = before.get("nodes", "", nodeName);
    if (node) yield* crowded(node, pod, before);
    if (at - (changed.get(nodeName) ?? 0) < UNDER_WAY_MS) return;
    yield* node ? unsuitable(node, moment as Moment<Pod>) : [`it was bound to ${nodeName}, which does not exist`];
  };
};

const differ = (a: Node, b: Node) =>
  JSON.stringify([a.spec, a.metadata.labels]) !== JSON.stringify([b.spec, b.metadata.labels]);

function* crowded(node: Stored<Node>, pod: Stored<Pod>, before: ClusterState): Iterable<string> {
  const { name } = node.metadata;
  const others = before
    .list("pods")
    .filter((each) => each.spec.nodeName === name && each.metadata.uid !== pod.metadata.uid && !hasEnded(each));
  const pods = [...others, pod];
  const { allocatable = {} } = node.status;
  const room = (resource: string) => amount(allocatable[resource] as string | undefined);
  if (pods.length > room("pods")) yield `${pods.length} pods are on ${name}, which has room for ${room("pods")}`;
  for (const resource of ["cpu", "memory"]) {
    const used = pods.reduce((sum, each) => sum + requested(each, resource), 0);
    if (used > room(resource) + 1e-9) yield `${used} ${resource} are requested of ${name}, which has ${room(resource)}`;
  }
}

function* unsuitable(node: Stored<Node>, { object: pod, previous }: Moment<Pod>): Iterable<string> {
  const { name, labels } = node.metadata;
  const refused = (node.spec.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");
  const taint = refused.find((each) => !tolerates(pod, each));
  // A node may be tainted while the pod waits there for those that it preempts.
  if (taint && previous?.status.nominatedNodeName !== name) yield `it does not tolerate ${taint.key} of ${name}`;
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {}))
    if (labels?.[key] !== value) yield `${name} is not labelled ${key}=${value}`;
}

const tolerates = ({ spec }: Pod, taint: Taint): boolean =>
  (spec.tolerations ?? []).some(
    ({ key, operator, value, effect }) =>
      (!effect || effect === taint.effect) &&
      (operator === "Exists" ? !key || key === taint.key : key === taint.key && (value ?? "") === (taint.value ?? "")),
  );

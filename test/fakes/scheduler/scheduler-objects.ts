/** Nodes and pods for tests of the scheduler, with no more fields than a test is about. */
import type { Node, NodeSpec, Pod, PodSpec } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { SchedulerState } from "../../../worker/scheduler/state.ts";

let revisions = 0;

const meta = (name: string, labels: Record<string, string>, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: `uid-${name}`,
  resourceVersion: String(++revisions),
  creationTimestamp: "2026-01-01T00:00:00Z",
  generation: 1,
  labels,
});

interface NodeSays {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly labels?: Record<string, string>;
  readonly spec?: NodeSpec;
}

export const node = (name: string, { cpu = "4", memory = "8Gi", pods = "110", labels, spec }: NodeSays = {}) =>
  ({
    kind: "Node",
    apiVersion: "v1",
    metadata: meta(name, { "kubernetes.io/hostname": name, ...labels }),
    spec: spec ?? {},
    status: { allocatable: { cpu, memory, pods } },
  }) satisfies Stored<Node>;

interface PodSays {
  readonly cpu?: string;
  readonly labels?: Record<string, string>;
  readonly spec?: Partial<PodSpec>;
}

export const pod = (name: string, { cpu, labels = {}, spec = {} }: PodSays = {}) =>
  ({
    kind: "Pod",
    apiVersion: "v1",
    metadata: meta(name, labels, "default"),
    spec: {
      schedulerName: "default-scheduler",
      containers: [{ name: "c", image: "x", ...(cpu === undefined ? {} : { resources: { requests: { cpu } } }) }],
      ...spec,
    },
    status: { phase: "Pending" },
  }) satisfies Stored<Pod>;

/** A scheduler that knows these objects. */
export function schedulerOf(objects: readonly Stored<KubeObject>[]): SchedulerState {
  const state = new SchedulerState();
  for (const object of objects) state.apply(`${object.kind.toLowerCase()}s`, object, { deleted: false, now: 0 });
  return state;
}

import { expect, test } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { CSINode } from "../../../api/generated/storage.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "../cycle.ts";
import { CSI_NODES } from "./node-volume-limits.ts";

const DRIVER = "disks.example.com";

const meta = (name: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});

const disk = (name: string): Stored<PersistentVolume> => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: meta(name),
  spec: { accessModes: ["ReadWriteOnce"], csi: { driver: DRIVER, volumeHandle: name } },
  status: { phase: "Bound" },
});

const claim = (name: string): Stored<PersistentVolumeClaim> => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { ...meta(name), namespace: "default", annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
  spec: { accessModes: ["ReadWriteOnce"], volumeName: name },
  status: { phase: "Bound" },
});

const limited = (count: number): Stored<CSINode> => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "CSINode",
  metadata: meta("a"),
  spec: { drivers: [{ name: DRIVER, nodeID: "a", topologyKeys: [], allocatable: { count } }] },
});

const uses = (...names: readonly string[]) =>
  names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));

const TOO_MANY = "0/1 nodes are available: 1 node(s) exceed max volume count";

test.each<[string, { held: readonly string[]; wanted: readonly string[]; count: number }, string]>([
  ["as many volumes as the driver allows", { held: ["x"], wanted: ["y"], count: 2 }, "place"],
  ["more volumes than the driver allows", { held: ["x"], wanted: ["y", "z"], count: 2 }, TOO_MANY],
  ["a volume that is there already, which counts once", { held: ["x", "y"], wanted: ["x"], count: 2 }, "place"],
  [
    "only volumes that are there, although there are too many by now",
    { held: ["x", "y"], wanted: ["x"], count: 1 },
    "place",
  ],
  ["another volume where there are too many by now", { held: ["x", "y"], wanted: ["x", "z"], count: 1 }, TOO_MANY],
])("SCHED-VOLUME-LIMIT: a pod on a node with others uses %s", (_, { held, wanted, count }, expected) => {
  const state = schedulerOf([node("a")]);
  const apply = (resource: string, object: Stored<KubeObject>) =>
    state.apply(resource, object, { deleted: false, now: 0 });
  apply(CSI_NODES, limited(count));
  for (const name of new Set([...held, ...wanted])) {
    apply("persistentvolumes", disk(name));
    apply("persistentvolumeclaims", claim(name));
  }
  apply("pods", pod("held", { spec: { nodeName: "a", volumes: uses(...held) } }));
  apply("pods", pod("wanted", { spec: { volumes: uses(...wanted) } }));
  const next = state.queue.take();
  if (!next) throw new Error("nothing waits");
  const decision = schedule(next, state.cluster, { random: () => 0, startAt: 0, now: 0 });
  expect(decision.kind === "refuse" ? decision.message.split(". ")[0] : decision.kind).toBe(expected);
});

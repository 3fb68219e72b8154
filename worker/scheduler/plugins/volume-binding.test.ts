import { expect, test } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim, Volume } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "../cycle.ts";

const stored = <T extends KubeObject>(object: T) => {
  const { name = "", ...metadata } = object.metadata;
  const meta = { uid: `uid-${name}`, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
  return { apiVersion: "v1", kind: "", ...object, metadata: { ...meta, ...metadata, name } } as Stored<T>;
};

const claim = (name: string, spec: PersistentVolumeClaim["spec"], annotations = {}) =>
  stored<PersistentVolumeClaim>({
    metadata: { name, namespace: "default", annotations },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
    status: { phase: "Pending" },
  });

const volume = (name: string, spec: Partial<PersistentVolume["spec"]>) =>
  stored<PersistentVolume>({
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, ...spec },
    status: { phase: "Available" },
  });

const onlyOn = (name: string) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [name] }] }],
  },
});

function scheduled(
  claims: readonly Stored<PersistentVolumeClaim>[],
  volumes: readonly Stored<PersistentVolume>[],
  used: readonly (string | Volume)[] = claims.map(({ metadata: { name } }) => name),
) {
  const named = used.map(
    (name): Volume => (typeof name === "string" ? { name, persistentVolumeClaim: { claimName: name } } : name),
  );
  const state = schedulerOf([node("a")]);
  const apply = (resource: string, object: Stored<KubeObject>) =>
    state.apply(resource, object, { deleted: false, now: 0 });
  apply(
    "storageclasses.storage.k8s.io",
    stored<StorageClass>({
      metadata: { name: "wait" },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    }),
  );
  for (const each of claims) apply("persistentvolumeclaims", each);
  for (const each of volumes) apply("persistentvolumes", each);
  apply("pods", pod("p", { spec: { volumes: named } }));
  const next = state.queue.take();
  if (!next) throw new Error("nothing waits");
  const decision = schedule(next, state.cluster, { random: () => 0, startAt: 0, now: 0 });
  return decision.kind === "refuse" ? decision.message.split(/\. no(?:t found| new)/)[0] : decision.kind;
}

const bound = (volumeName: string) => claim("bound", { volumeName }, { "pv.kubernetes.io/bind-completed": "yes" });
const waiting = (spec: PersistentVolumeClaim["spec"] = {}) => claim("waiting", { storageClassName: "wait", ...spec });

const HEAD = "0/1 nodes are available: ";
const CONFLICT = "1 node(s) didn't match PersistentVolume's node affinity";
const NOTHING = "1 node(s) didn't find available persistent volumes to bind";

test("SCHED-VOLUME: all problems of a pod's volumes are reported, for bound and pending claims", () => {
  const elsewhere = volume("v", { nodeAffinity: onlyOn("b") });
  expect(scheduled([bound("v")], [elsewhere])).toBe(`${HEAD}${CONFLICT}`);
  expect(scheduled([bound("v"), waiting()], [elsewhere])).toBe(`${HEAD}${NOTHING}, ${CONFLICT}`);
  expect(scheduled([bound("gone")], [])).toBe(
    `${HEAD}1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)`,
  );
});

test("SCHED-VOLUME: a pending claim gets only volumes of its attributes class", () => {
  const gold = volume("v", { storageClassName: "wait", volumeAttributesClassName: "gold" });
  expect(scheduled([waiting()], [gold])).toBe(`${HEAD}${NOTHING}`);
  expect(scheduled([waiting({ volumeAttributesClassName: "gold" })], [gold])).toBe("place");
});

test("SCHED-VOLUME: the beta annotation for the storage class is accepted, too", () => {
  const annotated = claim("old", {}, { "volume.beta.kubernetes.io/storage-class": "wait" });
  expect(scheduled([annotated], [volume("v", { storageClassName: "wait" })])).toBe("place");
  expect(scheduled([annotated], [volume("v", {})])).toBe(`${HEAD}${NOTHING}`);
});

test("SCHED-VOLUME: a pod waits for claims that are missing, leaving, lost, or bound by somebody else", () => {
  const immediate = claim("now", { storageClassName: "" });
  const leaving = { ...waiting(), metadata: { ...waiting().metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  const lost = { ...bound("v"), status: { phase: "Lost" } };
  const fit = volume("v", { storageClassName: "wait" });
  expect(scheduled([immediate], [fit])).toBe(`${HEAD}pod has unbound immediate PersistentVolumeClaims`);
  expect(scheduled([waiting(), immediate], [fit])).toBe(`${HEAD}pod has unbound immediate PersistentVolumeClaims`);
  expect(scheduled([leaving], [fit])).toBe(`${HEAD}persistentvolumeclaim "waiting" is being deleted`);
  expect(scheduled([lost], [fit])).toBe(
    `${HEAD}persistentvolumeclaim "bound" bound to non-existent persistentvolume "v"`,
  );
  expect(scheduled([waiting()], [fit], ["waiting", "gone"])).toBe(`${HEAD}persistentvolumeclaim "gone" not found`);
});

test.each([
  ["the pod", { uid: "uid-p", controller: true }, "place"],
  [
    "the pod, which does not control it",
    { uid: "uid-p" },
    "PVC default/p-v was not created for pod default/p (pod is not owner)",
  ],
  [
    "an earlier pod of its name",
    { uid: "uid-old", controller: true },
    "PVC default/p-v was not created for pod default/p (pod is not owner)",
  ],
])("SCHED-VOLUME: an ephemeral volume whose claim is owned by %s", (_, owner, verdict) => {
  const ownerReferences = [{ apiVersion: "v1", kind: "Pod", name: "p", ...owner }];
  const ephemeral = claim("p-v", { storageClassName: "wait" });
  const owned = { ...ephemeral, metadata: { ...ephemeral.metadata, ownerReferences } };
  const volumes = [{ name: "v", ephemeral: { volumeClaimTemplate: { spec: {} } } }];
  const found = scheduled([owned], [volume("v", { storageClassName: "wait" })], volumes);
  expect(found).toBe(verdict === "place" ? verdict : `${HEAD}${verdict}`);
});

import { expect, test } from "vitest";
import type { StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { claim, db } from "../../../test/fakes/controllers/controlled-stateful-set.ts";
import { claimsOf, ordinalOf, ownersOfClaim, statefulPod } from "./stateful-pod.ts";

const set = (spec: Partial<StatefulSet["spec"]> = {}) => {
  const made = db(spec);
  return { ...made, metadata: { ...made.metadata, uid: "u" } } as Stored<StatefulSet>;
};
const podOf = (of: Stored<StatefulSet>) => statefulPod(of, 3, { template: of.spec.template, revision: "db-1a" });

test.each([
  ["db-0", 0],
  ["db-12", 12],
  ["db-", undefined],
  ["db-x", undefined],
  ["db-1-2", undefined],
  ["other-0", undefined],
  ["mydb-0", undefined],
  ["web7", undefined],
])("the ordinal of %s in the set db is %j", (name, ordinal) => {
  expect(ordinalOf(set(), { metadata: { name } } as Pod)).toBe(ordinal);
});

test("a pod has its name, labels and host name from its set, and the rest from the template", () => {
  const { metadata, spec } = podOf(set());
  expect(metadata).toMatchObject({
    name: "db-3",
    labels: {
      app: "db",
      "controller-revision-hash": "db-1a",
      "statefulset.kubernetes.io/pod-name": "db-3",
      "apps.kubernetes.io/pod-index": "3",
    },
    ownerReferences: [{ kind: "StatefulSet", name: "db", controller: true }],
  });
  expect(spec).toMatchObject({ hostname: "db-3", subdomain: "db", containers: [{ name: "c", image: "pause:1" }] });
  const template = { ...db().spec.template, spec: { containers: [], hostname: "mine", subdomain: "mine" } };
  expect(podOf(set({ serviceName: "", template })).spec).toEqual({ hostname: "db-3", containers: [] });
});

test("a pod mounts its claims, in place of volumes of their names", () => {
  const template = db().spec.template;
  const volumes = [
    { name: "data", emptyDir: {} },
    { name: "tmp", emptyDir: {} },
  ];
  const mounted = (spec: Partial<StatefulSet["spec"]>) => podOf(set(spec)).spec.volumes;
  const withVolumes = { template: { ...template, spec: { containers: [], ...template?.spec, volumes } } };
  expect(mounted({ ...withVolumes, volumeClaimTemplates: [claim] })).toEqual([
    { name: "data", persistentVolumeClaim: { claimName: "data-db-3" } },
    { name: "tmp", emptyDir: {} },
  ]);
  expect(mounted(withVolumes)).toEqual(volumes);
  expect(podOf(set()).spec).not.toHaveProperty("volumes");
});

test("a claim has its template's labels and those that the set selects, and the template's spec", () => {
  const [made] = claimsOf(set({ volumeClaimTemplates: [claim] }), 3);
  expect(made).toEqual({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data-db-3", namespace: "ns", labels: { v: "w", app: "db" } },
    spec: claim.spec,
    status: {},
  });
  expect(claimsOf(set(), 3)).toEqual([]);
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete" };
  const [owned] = claimsOf(set({ volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy }), 3);
  expect(owned?.metadata.ownerReferences).toMatchObject([{ kind: "StatefulSet", name: "db" }]);
});

test.each([
  [undefined, [], []],
  [{ whenDeleted: "Retain", whenScaled: "Retain" }, [], []],
  [{ whenDeleted: "Delete" }, ["StatefulSet"], ["StatefulSet"]],
  [{ whenScaled: "Delete" }, [], ["Pod"]],
  [{ whenDeleted: "Delete", whenScaled: "Delete" }, ["StatefulSet"], ["Pod"]],
])("under the policy %j a claim is owned by %j, and by %j once its pod is one too many", (policy, kept, condemned) => {
  const of = set(policy === undefined ? {} : { persistentVolumeClaimRetentionPolicy: policy });
  const pod = { ...podOf(of), metadata: { ...podOf(of).metadata, uid: "p" } } as Stored<Pod>;
  expect(ownersOfClaim(of, undefined).map(({ kind }) => kind)).toEqual(kept);
  expect(ownersOfClaim(of, pod).map(({ kind }) => kind)).toEqual(condemned);
});

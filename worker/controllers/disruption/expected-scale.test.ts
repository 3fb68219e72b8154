import { expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { QueryResult, ReconcileContext } from "../controller.ts";
import { expectedScale } from "./expected-scale.ts";

const KINDS = new Map([
  ["apps/v1 ReplicaSet", "replicasets.apps"],
  ["apps/v1 Deployment", "deployments.apps"],
  ["batch/v1 Job", "jobs.batch"],
  ["e.com/v1 Rollout", "rollouts.e.com"],
]);
const SIZE = "/apis/e.com/v1/namespaces/ns/rollouts/o/scale";

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly uid?: string;
}
const ref = ({ name = "o", uid = name, ...of }: Owner) => ({ ...of, name, uid, controller: true });
const APPS = { apiVersion: "apps/v1" };
const ROLLOUT = { apiVersion: "e.com/v1", kind: "Rollout" };

/** A cluster with replica sets: `o` of 3, and `d1` and `d2` of 1 and 2 in a deployment of 4. */
const OBJECTS = new Map<string, object>([
  ["replicasets.apps o", { metadata: { uid: "o" }, spec: { replicas: 3 } }],
  ["deployments.apps d", { metadata: { uid: "d" }, spec: { replicas: 4 } }],
  ...["d1", "d2"].map(
    (uid, i) =>
      [
        `replicasets.apps ${uid}`,
        {
          metadata: { uid, ownerReferences: [ref({ ...APPS, kind: "Deployment", name: "d" })] },
          spec: { replicas: 1 + i },
        },
      ] as const,
  ),
  [
    "replicasets.apps left",
    {
      metadata: { uid: "left", ownerReferences: [ref({ ...APPS, kind: "Deployment", name: "gone" })] },
      spec: { replicas: 5 },
    },
  ],
  [
    "replicasets.apps custom",
    { metadata: { uid: "custom", ownerReferences: [ref({ ...ROLLOUT, name: "d" })] }, spec: { replicas: 6 } },
  ],
]);

function scaleOf(owners: readonly (Owner | undefined)[], result?: QueryResult) {
  const pods = owners.map((owner, i) => ({
    metadata: { name: `p${i}`, namespace: "ns", ...(owner ? { ownerReferences: [ref(owner)] } : {}) },
  })) as Stored<Pod>[];
  const snapshot = {
    resourceOf: (apiVersion: string, kind: string) => KINDS.get(`${apiVersion} ${kind}`),
    get: (resource: string, _: string, name: string) => OBJECTS.get(`${resource} ${name}`) as Stored<KubeObject>,
  };
  const queryResults = result && new Map([[SIZE, result]]);
  return expectedScale(pods, { snapshot, queryResults } as unknown as ReconcileContext);
}

const set = (name: string, uid = name) => ({ ...APPS, kind: "ReplicaSet", name, uid });

it.each<[string, readonly (Owner | undefined)[], number, readonly string[]]>([
  ["a controller's size, once for all its pods", [set("o"), set("o")], 3, []],
  ["the sizes of several controllers together", [set("o"), set("left")], 8, []],
  ["the deployment's size, once for all its replica sets", [set("d1"), set("d2")], 4, []],
  ["a replica set's size if its deployment is gone", [set("left")], 5, []],
  ["a replica set's size if another kind controls it", [set("custom")], 6, []],
  ["nothing of pods without a controller, which it names", [undefined, set("o"), undefined], 3, ["p0", "p2"]],
])("expects %s", (_, owners, expected, unmanaged) => {
  expect(scaleOf(owners)).toEqual({ expected, unmanaged });
});

it.each<[string, Owner, string]>([
  ["another object of its name", set("o", "former"), 'found no controllers for pod "p0"'],
  ["an object that is gone", set("nobody"), 'found no controllers for pod "p0"'],
  [
    "a kind without a scale",
    { apiVersion: "batch/v1", kind: "Job" },
    "jobs.batch does not implement the scale subresource",
  ],
  [
    "a kind that is not served",
    { apiVersion: "x.io/v1", kind: "Nope" },
    'no matches for kind "Nope" in version "x.io/v1"',
  ],
  [
    "a version that is not served",
    { ...ROLLOUT, apiVersion: "e.com/v2" },
    'no matches for kind "Rollout" in version "e.com/v2"',
  ],
])("CTL-PDB-OWNER: cannot count the pods of %s", (_, owner, error) => {
  expect(scaleOf([owner])).toEqual({ error });
});

const failure = (code: number, message: string): QueryResult => ({ ok: false, code, message });

it.each<[string, QueryResult | undefined, ReturnType<typeof scaleOf>]>([
  ["is asked for", undefined, { queries: [SIZE] }],
  ["counts", { ok: true, body: { metadata: { uid: "o" }, spec: { replicas: 5 } } }, { expected: 5, unmanaged: [] }],
  ["may be none", { ok: true, body: { metadata: { uid: "o" }, spec: {} } }, { expected: 0, unmanaged: [] }],
  [
    "is not that of another object of its name",
    { ok: true, body: { metadata: { uid: "x" }, spec: { replicas: 5 } } },
    { error: 'found no controllers for pod "p0"' },
  ],
  [
    "is missing with its object",
    failure(404, 'rollouts.e.com "o" not found'),
    { error: 'found no controllers for pod "p0"' },
  ],
  [
    "is not told by its kind",
    failure(404, "the server could not find the requested resource"),
    { error: "rollouts.e.com does not implement the scale subresource" },
  ],
  ["cannot be read", failure(503, "try again"), { error: "try again" }],
])("CTL-PDB-OWNER: the size of a custom resource %s", (_, result, expected) => {
  expect(scaleOf([ROLLOUT], result)).toEqual(expected);
});

it("asks again for sizes that it has when it asks for others", () => {
  const other = { ...ROLLOUT, name: "b" };
  const result = { ok: true, body: { metadata: { uid: "o" }, spec: { replicas: 5 } } } as const;
  expect(scaleOf([ROLLOUT, other], result)).toEqual({ queries: [SIZE, SIZE.replace("/o/", "/b/")] });
});

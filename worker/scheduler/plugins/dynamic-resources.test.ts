import { expect, test } from "vitest";
import { claim } from "../../../test/fakes/scheduler/device-objects.ts";
import { node } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { ClusterChange } from "../cluster/cluster-change.ts";
import type { NodeFilter, Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import { claimToFree, dynamicResources } from "./dynamic-resources.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";

/** A pod that names the claim `own`. */
const POD = {
  uid: "pod",
  namespace: "default",
  requests: { scalars: new Map() },
  pod: { spec: { resourceClaims: [{ name: "own", resourceClaimName: "own" }] }, status: {} },
} as unknown as PendingPod;
type Claim = ReturnType<typeof claim>;
const clusterOf = (...claims: Claim[]) =>
  ({
    get: (_: string, __: string, name: string) => claims.find(({ metadata }) => metadata.name === name),
    list: () => [],
  }) as unknown as Cluster;

const allocation = { devices: { results: [] } };
const [free, given] = [claim("own", {}), claim("own", {}, { allocation })];
const [other, otherGiven] = [claim("other", {}), claim("other", {}, { allocation })];
const madeForIt: Claim = { ...other, metadata: { ...other.metadata, ownerReferences: [{ uid: "pod" }] as never } };

const changed = (object: Claim, previous?: Claim): ClusterChange =>
  ({ kind: "object", resource: CLAIMS, object, previous, deleted: false }) as unknown as ClusterChange;
const deleted = (object: Claim): ClusterChange => ({ ...changed(object), deleted: true }) as ClusterChange;
const ofKind = (resource: string, isDeleted: boolean): ClusterChange =>
  ({ kind: "object", resource, object: free, deleted: isDeleted }) as unknown as ClusterChange;

const before = node("n");
const nodeChange = (over: object): ClusterChange =>
  ({ kind: "node", node: { ...before, ...over }, previous: before }) as unknown as ClusterChange;

test.each<[string, ClusterChange, boolean]>([
  ["a new node", { kind: "node", node: before }, true],
  ["a node's labels", nodeChange({ metadata: { ...before.metadata, labels: { zone: "b" } } }), true],
  ["what a node has", nodeChange({ status: { ...before.status, allocatable: { cpu: "77" } } }), true],
  ["a node's annotations", nodeChange({ metadata: { ...before.metadata, annotations: { a: "b" } } }), false],
  ["a node's end", { kind: "node-deleted", node: before }, false],
  ["a class", ofKind("deviceclasses.resource.k8s.io", false), true],
  ["a class's end", ofKind("deviceclasses.resource.k8s.io", true), false],
  ["a slice", ofKind("resourceslices.resource.k8s.io", false), true],
  ["a slice's end", ofKind("resourceslices.resource.k8s.io", true), false],
  ["another kind", ofKind("configmaps", false), false],
  ["its claim, new", changed(free), true],
  ["its claim, when its status changes", changed(given, free), true],
  ["its claim, when nothing of it changes", changed({ ...free }, free), false],
  ["a claim that was made for it", changed(madeForIt), true],
  ["another claim, new", changed(other), false],
  ["another claim that gives its devices back", changed(other, otherGiven), true],
  ["another claim that gets devices", changed(otherGiven, other), false],
  ["the end of a claim that has devices", deleted(otherGiven), true],
  ["the end of a claim that has none", deleted(other), false],
  ["the end of a claim that was made for it", deleted(madeForIt), true],
])("SCHED-WAIT: a pod that waits for devices may be helped by %s: %s", (_, change, helps) => {
  expect(dynamicResources.helps?.(change, POD, clusterOf(free, other))).toBe(helps);
});

const nodeInfo = (name: string) => ({ name, labels: {} }) as NodeInfo;
/** What the plugin answers of a node that is not where the claim's devices are. */
function refusalOf(one: Claim): Refusal | undefined {
  const filter = dynamicResources.filter?.(POD, clusterOf(one), 0) as NodeFilter;
  return filter.check(nodeInfo("n2")) as Refusal | undefined;
}
const onN1 = {
  ...allocation,
  nodeSelector: {
    nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }],
  },
};
const consumer = (uid: string) => ({ resource: "pods", name: uid, uid });

test.each<[string, Claim, boolean]>([
  ["that nobody uses, out of reach of a node", claim("own", {}, { allocation: onN1 }), true],
  ["that only it uses", claim("own", {}, { allocation: onN1, reservedFor: [consumer("pod")] }), true],
  ["that another pod uses", claim("own", {}, { allocation: onN1, reservedFor: [consumer("x")] }), false],
  [
    "that another pod uses as well",
    claim("own", {}, { allocation: onN1, reservedFor: [consumer("pod"), consumer("x")] }),
    false,
  ],
])("SCHED-DEVICE: the devices of a claim %s are given back: %s", (_, one, isFreed) => {
  const refused = refusalOf(one);
  expect(refused?.reasons).toEqual(["resourceclaim not available on the node"]);
  const refusals = new Map([[nodeInfo("n2"), refused as Refusal]]);
  expect(claimToFree(POD, clusterOf(one), { refusals, now: 0 })?.kind).toBe(isFreed ? "deallocate" : undefined);
  const elsewhere = new Map([[nodeInfo("n2"), { plugin: "other", reasons: [], resolvable: false }]]);
  expect(claimToFree(POD, clusterOf(one), { refusals: elsewhere, now: 0 })).toBeUndefined();
});

test("SCHED-DEVICE: a pod whose claim is missing waits silently, and one without claims is not concerned", () => {
  expect(dynamicResources.filter?.(POD, clusterOf(), 0)).toMatchObject({ silent: true });
  const plain = { ...POD, pod: { spec: {}, status: {} } } as unknown as PendingPod;
  expect(dynamicResources.filter?.(plain, clusterOf(), 0)).toBeUndefined();
  expect(claimToFree(plain, clusterOf(), { refusals: new Map(), now: 0 })).toBeUndefined();
});

import { expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { ResourceClaim, ResourceClaimTemplate } from "../../../api/generated/resource.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { claimReleaseController, podClaimsController } from "./resource-claims.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
const FINALIZER = "resource.kubernetes.io/delete-protection";
const start = () => controlledCluster([podClaimsController, claimReleaseController]);
type At = ReturnType<typeof start>;

const pod = (resourceClaims: NonNullable<Pod["spec"]["resourceClaims"]>): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns" },
  spec: { containers: [], resourceClaims },
  status: { phase: "Pending" },
});
const template: ResourceClaimTemplate = {
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaimTemplate",
  metadata: { name: "t", namespace: "ns" },
  spec: { metadata: { labels: { a: "b" } }, spec: {} },
};
const claims = ({ cluster }: At) => cluster.list<ResourceClaim>(CLAIMS);
const finish = ({ cluster }: At) =>
  cluster.change("pods", "ns", "p", (draft) => {
    draft.status.phase = "Succeeded";
  });

it("a pod's claims are created from templates, recorded in its status, and deleted when it is done", async () => {
  const at = start();
  at.cluster.put("pods", pod([{ name: "gpu", resourceClaimTemplateName: "t" }]));
  await at.settle();
  expect(at.cluster.list("events").map(({ message }) => message)).toEqual([
    'PodResourceClaim gpu: resource claim template "t": resourceclaimtemplate.resource.k8s.io "t" not found',
  ]);
  at.cluster.put("resourceclaimtemplates.resource.k8s.io", template);
  await at.settle();
  expect(at.complaints).toEqual([]);
  const [claim] = claims(at);
  expect(claim?.metadata).toMatchObject({
    labels: { a: "b" },
    annotations: { "resource.kubernetes.io/pod-claim-name": "gpu" },
    ownerReferences: [{ kind: "Pod", name: "p", controller: true }],
  });
  expect(at.cluster.get("pods", "ns", "p")?.status.resourceClaimStatuses).toEqual([
    { name: "gpu", resourceClaimName: claim?.metadata.name },
  ]);
  finish(at);
  await at.settle();
  expect(claims(at)).toEqual([]);
});

it("CTL-CLAIM-NAMES: a pod's claims are written to its status together, once all exist, and a deleted one is recreated", async () => {
  const at = start();
  at.cluster.put("resourceclaimtemplates.resource.k8s.io", template);
  const named = [
    { name: "a", resourceClaimTemplateName: "t" },
    { name: "b", resourceClaimTemplateName: "later" },
  ];
  at.cluster.put("pods", pod(named));
  const reported = () => at.cluster.get("pods", "ns", "p")?.status.resourceClaimStatuses;
  await at.settle();
  expect(claims(at)).toHaveLength(1);
  expect(reported()).toBeUndefined();
  at.cluster.put("resourceclaimtemplates.resource.k8s.io", {
    ...template,
    metadata: { ...template.metadata, name: "later" },
  });
  await at.settle();
  expect(reported()).toHaveLength(2);
  at.cluster.remove(CLAIMS, "ns", claims(at)[0]?.metadata.name ?? "");
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(new Set(claims(at).map(({ metadata }) => metadata.name))).toEqual(
    new Set(reported()?.map(({ resourceClaimName }) => resourceClaimName)),
  );
  expect(at.cluster.requests.filter((each) => each === "apply as ResourceClaimController pods/status p")).toHaveLength(
    2,
  );
});

it("an allocation and its finalizer are removed with the last reservation", async () => {
  const at = start();
  const { metadata } = at.cluster.put("pods", pod([{ name: "gpu", resourceClaimName: "c" }]));
  at.cluster.put(CLAIMS, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { name: "c", namespace: "ns", finalizers: [FINALIZER] },
    spec: {},
    status: { allocation: {}, reservedFor: [{ resource: "pods", name: "p", uid: metadata.uid }] },
  } as ResourceClaim);
  await at.settle();
  expect(claims(at)[0]?.status.allocation).toEqual({});
  finish(at);
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(claims(at)[0]?.status).toEqual({});
  expect(claims(at)[0]?.metadata.finalizers ?? []).toEqual([]);
});

it("CTL-CLAIM-EXTENDED: the claim of a pod's extended resources is deleted when the pod is done", async () => {
  const at = start();
  const { metadata } = at.cluster.put("pods", {
    ...pod([]),
    status: { phase: "Running", extendedResourceClaimStatus: { requestMappings: [], resourceClaimName: "c" } },
  });
  at.cluster.put(CLAIMS, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: {
      name: "c",
      namespace: "ns",
      finalizers: [FINALIZER],
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: metadata.uid, controller: true }],
    },
    spec: {},
    status: { allocation: {}, reservedFor: [{ resource: "pods", name: "p", uid: metadata.uid }] },
  } as ResourceClaim);
  await at.settle();
  expect(claims(at)).toHaveLength(1);
  finish(at);
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(claims(at)).toEqual([]);
});

it("a claim that is allocated but was never reserved is left alone", async () => {
  const at = start();
  at.cluster.put(CLAIMS, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { name: "c", namespace: "ns", finalizers: [FINALIZER] },
    spec: {},
    status: { allocation: {} },
  } as ResourceClaim);
  await at.settle();
  expect(claims(at)[0]?.status.allocation).toEqual({});
});

it("a claim with a finalizer that is not allocated yet is left to the scheduler that added it", async () => {
  const at = start();
  at.cluster.put(CLAIMS, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { name: "c", namespace: "ns", finalizers: ["example.com/held", FINALIZER] },
    spec: {},
    status: {},
  } as ResourceClaim);
  await at.settle();
  expect(claims(at)[0]?.metadata.finalizers).toHaveLength(2);
  at.cluster.remove(CLAIMS, "ns", "c");
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(claims(at)[0]?.metadata.finalizers).toEqual(["example.com/held"]);
});

it("no claim is created for a pod whose status says that it needs none", async () => {
  const at = start();
  at.cluster.put("resourceclaimtemplates.resource.k8s.io", template);
  const status = { phase: "Pending", resourceClaimStatuses: [{ name: "gpu" }] };
  at.cluster.put("pods", { ...pod([{ name: "gpu", resourceClaimTemplateName: "t" }]), status });
  await at.settle();
  expect(claims(at)).toEqual([]);
});

it("CTL-CLAIM-NAMES: a recorded claim that has lost its owner is not replaced", async () => {
  const at = start();
  at.cluster.put("resourceclaimtemplates.resource.k8s.io", template);
  at.cluster.put("pods", pod([{ name: "gpu", resourceClaimTemplateName: "t" }]));
  await at.settle();
  const [{ metadata } = { metadata: { name: "" } }] = claims(at);
  at.cluster.change<ResourceClaim>(CLAIMS, "ns", metadata.name, (draft) => {
    draft.metadata.ownerReferences = [];
  });
  await at.settle();
  expect(claims(at)).toHaveLength(1);
});

import { expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../../api/generated/resource.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { claimReservationController } from "./claim-reservation.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
const start = () => controlledCluster([claimReservationController]);
type At = ReturnType<typeof start>;

const pod = (name: string, spec: Partial<Pod["spec"]>): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns" },
  spec: { containers: [], resourceClaims: [{ name: "gpu", resourceClaimName: "c" }], ...spec },
  status: { phase: "Pending" },
});
const claim = (status: ResourceClaim["status"], owner?: string): ResourceClaim =>
  ({
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: {
      name: "c",
      namespace: "ns",
      ...(owner && {
        ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: owner, controller: true }],
      }),
    },
    spec: {},
    status,
  }) as ResourceClaim;
const consumers = ({ cluster }: At) =>
  cluster.get<ResourceClaim>(CLAIMS, "ns", "c")?.status.reservedFor?.map(({ name }) => name);

it("CTL-CLAIM-RESERVE: an allocated claim is reserved for each pod that was created with a node's name", async () => {
  const at = start();
  at.cluster.put(CLAIMS, claim({ allocation: {}, reservedFor: [{ resource: "pods", name: "other", uid: "u" }] }));
  at.cluster.put("pods", pod("p", { nodeName: "a" }));
  at.cluster.put("pods", pod("unbound", {}));
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(consumers(at)).toEqual(["other", "p"]);
});

it("CTL-CLAIM-RESERVE: a pod gets its reservation as soon as the claim is allocated", async () => {
  const at = start();
  at.cluster.put(CLAIMS, claim({}));
  at.cluster.put("pods", pod("p", { nodeName: "a" }));
  await at.settle();
  expect(consumers(at)).toBeUndefined();
  at.cluster.change<ResourceClaim>(CLAIMS, "ns", "c", (draft) => {
    draft.status.allocation = {};
  });
  await at.settle();
  expect(consumers(at)).toEqual(["p"]);
});

it("CTL-CLAIM-RESERVE: a claim from a template is reserved only for the pod that it was created for", async () => {
  const at = start();
  const named = { nodeName: "a", resourceClaims: [{ name: "gpu", resourceClaimTemplateName: "t" }] };
  const status = { phase: "Pending", resourceClaimStatuses: [{ name: "gpu", resourceClaimName: "c" }] };
  const { metadata } = at.cluster.put("pods", { ...pod("p", named), status });
  at.cluster.put("pods", { ...pod("q", named), status });
  at.cluster.put(CLAIMS, claim({ allocation: {} }, metadata.uid));
  await at.settle();
  expect(consumers(at)).toEqual(["p"]);
});

import { expect, it } from "vitest";
import type { Secret, ServiceAccount } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { serviceAccountTokenController } from "./service-account-token.ts";

it("CTL-TOKEN-LISTED: a deleted token is removed from its service account's list, other names stay", async () => {
  const at = controlledCluster([serviceAccountTokenController]);
  at.cluster.put<ServiceAccount>("serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "sa", namespace: "ns" },
    secrets: [{ name: "token" }, { name: "yet-to-come" }],
  });
  at.cluster.put<Secret>("secrets", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "token", namespace: "ns", annotations: { "kubernetes.io/service-account.name": "sa" } },
    type: "kubernetes.io/service-account-token",
  });
  await at.settle();
  const listed = () => at.cluster.get("serviceaccounts", "ns", "sa")?.secrets;
  expect(listed()).toHaveLength(2);
  at.cluster.remove("secrets", "ns", "token");
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(listed()).toEqual([{ name: "yet-to-come" }]);
});

it.each<[string, Record<string, string>]>([
  ["changed", { token: "b2xk", namespace: "bnM=", "ca.crt": btoa("another") }],
  ["removed", { token: "b2xk", namespace: "bnM=" }],
])("CTL-TOKEN-CA: a CA that was %s is put back, and the token stays", async (_, data) => {
  const at = controlledCluster([serviceAccountTokenController]);
  const account = at.cluster.put<ServiceAccount>("serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "sa", namespace: "ns" },
  });
  const annotations = {
    "kubernetes.io/service-account.name": "sa",
    "kubernetes.io/service-account.uid": account.metadata.uid,
  };
  at.cluster.put<Secret>("secrets", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "token", namespace: "ns", annotations },
    type: "kubernetes.io/service-account-token",
    data,
  });
  await at.settle();
  expect(at.complaints).toEqual([]);
  expect(at.cluster.get("secrets", "ns", "token")?.data).toEqual({
    token: "b2xk",
    namespace: "bnM=",
    "ca.crt": btoa("CA"),
  });
});

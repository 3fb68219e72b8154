import { expect, it } from "vitest";
import type { ConfigMap, Secret } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { bootstrapSigner, tokenCleaner } from "./bootstrap-token.ts";

/** A cluster with one token. */
async function at(data: Record<string, string>, name = "bootstrap-token-abcdef") {
  const { cluster, settle, pass } = controlledCluster([bootstrapSigner, tokenCleaner]);
  cluster.put<ConfigMap>("configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cluster-info", namespace: "kube-public" },
    data: { kubeconfig: "k" },
  });
  const all = { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-signing": "true", ...data };
  cluster.put<Secret>("secrets", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    data: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, btoa(value)])),
  });
  await settle();
  return {
    pass,
    now: cluster.now,
    signs: () => {
      const info = cluster.get("configmaps", "kube-public", "cluster-info");
      return Object.keys(info?.data ?? {}).includes("jws-kubeconfig-abcdef");
    },
    exists: () => cluster.get("secrets", "kube-system", name) !== undefined,
  };
}

it("a token signs the cluster-info until it expires, and is then deleted", async () => {
  const { now } = await at({});
  const token = await at({ expiration: new Date(now + 60_000).toISOString() });
  expect([token.signs(), token.exists()]).toEqual([true, true]);
  await token.pass(61_000);
  expect([token.signs(), token.exists()]).toEqual([false, false]);
});

it.each([["tomorrow"], ["2999"], ["2999-01-01"]])(
  "CTL-BOOTSTRAP-EXPIRY: a token that expires '%s' has expired",
  async (expiration) => {
    const token = await at({ expiration });
    expect([token.signs(), token.exists()]).toEqual([false, false]);
  },
);

it("a token that is not named after its id does not sign", async () => {
  const token = await at({}, "bootstrap-token-zzzzzz");
  expect([token.signs(), token.exists()]).toEqual([false, true]);
});

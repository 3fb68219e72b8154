import { expect, it } from "vitest";
import type { ConfigMap, Pod, Secret, ServiceAccount } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { legacyTokenCleaner } from "./legacy-token-cleaner.ts";

const DAY_MS = 86_400_000;
const LAST_USED = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** An account with a token, in a cluster that has tracked token use from its first day. */
function start(secret: Partial<Secret["metadata"]> = {}, listed = true) {
  const at = controlledCluster([legacyTokenCleaner]);
  const begin = at.cluster.now;
  at.cluster.put("configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-apiserver-legacy-service-account-token-tracking", namespace: "kube-system" },
    data: { since: dayOf(begin) },
  } as ConfigMap);
  at.cluster.put("serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "a", namespace: "ns" },
    ...(listed ? { secrets: [{ name: "t" }] } : {}),
  } as ServiceAccount);
  at.cluster.put("secrets", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "t", namespace: "ns", annotations: { "kubernetes.io/service-account.name": "a" }, ...secret },
    type: "kubernetes.io/service-account-token",
  } as Secret);
  const token = () => at.cluster.get("secrets", "ns", "t");
  return { at, token, begin };
}

it("CTL-OLD-TOKENS: marks a token after a year without use, and deletes it after another", async () => {
  const { at, token, begin } = start();
  await at.pass(365 * DAY_MS);
  expect(token()?.metadata.labels?.[INVALID_SINCE]).toBeUndefined();
  await at.pass(2 * DAY_MS);
  expect(token()?.metadata.labels?.[INVALID_SINCE]).toBe(dayOf(begin + 366 * DAY_MS));
  await at.pass(364 * DAY_MS);
  expect(token()).toBeDefined();
  await at.pass(3 * DAY_MS);
  expect(token()).toBeUndefined();
});

it.each([
  ["that no account lists", {}, false],
  ["of which it is unknown when it was used", { labels: { [LAST_USED]: "long ago" } }, true],
])("CTL-OLD-TOKENS: keeps a token %s", async (_, metadata, listed) => {
  const { at, token } = start(metadata, listed);
  await at.pass(400 * DAY_MS);
  expect(token()?.metadata.labels?.[INVALID_SINCE]).toBeUndefined();
});

it("CTL-OLD-TOKENS: keeps a token that a pod mounts, until the pod is gone", async () => {
  const { at, token } = start();
  at.cluster.put("pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns" },
    spec: { containers: [], volumes: [{ name: "v", projected: { sources: [{ secret: { name: "t" } }] } }] },
    status: {},
  } as Pod);
  await at.pass(380 * DAY_MS);
  expect(token()?.metadata.labels?.[INVALID_SINCE]).toBeUndefined();
  at.cluster.remove("pods", "ns", "p");
  await at.pass(2 * DAY_MS);
  expect(token()?.metadata.labels?.[INVALID_SINCE]).toBeDefined();
});

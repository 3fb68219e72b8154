import { expect, test } from "vitest";
import { call, newCluster } from "../../test/workers/api-under-test.ts";

test("CTL-STANDING: default objects are recreated when they are deleted", async () => {
  const cluster = await newCluster("standing");
  const places = [
    "/api/v1/namespaces/default/services/kubernetes",
    "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication",
    "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/exempt",
    "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations/workload-low",
    "/api/v1/namespaces/kube-node-lease",
  ].map((path) => `${cluster}${path}`);
  const uidOf = async (place: string) => (await call(place)).object.metadata?.uid;
  const before = await Promise.all(places.map(uidOf));
  expect(before).not.toContain(undefined);
  for (const place of places) expect((await call(place, { method: "DELETE" })).code).toBe(200);
  for (const [i, place] of places.entries())
    await expect.poll(() => uidOf(place), { timeout: 10_000 }).not.toBeOneOf([undefined, before[i]]);
  const service = (await call(places[0] ?? "")).object as unknown as { spec: { clusterIP: string } };
  expect(service.spec.clusterIP).toBe("10.96.0.1");
});

test("what Kubernetes itself adds to its first objects has no owner", async () => {
  const cluster = await newCluster("owners");
  const { metadata } = (await call(`${cluster}/api/v1/namespaces/default`)).object;
  expect(metadata?.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ["kube-apiserver", { "f:metadata": { "f:labels": { ".": {}, "f:kubernetes.io/metadata.name": {} } } }],
  ]);
});

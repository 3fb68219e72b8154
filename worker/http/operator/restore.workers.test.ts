import { expect, it } from "vitest";
import { API, call, newCluster } from "../../../test/workers/api-under-test.ts";

it("RESTORE-SYSTEM: what every cluster has is there after a restore of a backup that lacks it", async () => {
  const base = await newCluster("restored-system");
  const url = `${base}/sailplane/v1/store/restores/${"1".repeat(64)}`;
  const text = JSON.stringify({ metadata: { name: "kept", namespace: "default", resourceVersion: "1" }, data: {} });
  const body = JSON.stringify(["configmaps", "default", "kept", 1, '{"labels":{},"fields":{}}', text]);
  expect((await call(url, { body: { force: true } })).code).toBe(200);
  expect((await API.fetch(new Request(`${url}?from=0`, { method: "PUT", body }))).status).toBe(200);
  expect((await call(`${url}/commit`, { body: { objects: 1, force: true } })).code).toBe(200);
  const paths = [
    "apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin",
    "api/v1/namespaces/kube-system",
    "api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication",
    "api/v1/namespaces/default/configmaps/kept",
  ];
  for (const path of paths) expect([path, (await call(`${base}/${path}`)).code]).toEqual([path, 200]);
});

import { expect, test } from "vitest";
import { call as callCluster, newCluster } from "../../../test/workers/api-under-test.ts";
import { call, newNamespace, pod } from "../../../test/workers/core-calls.ts";

test("ADM-ACCOUNT: a cluster's first pods do not wait for the service account controller", async () => {
  const cluster = await newCluster("first-pods");
  const made = ["default", "kube-system"].map((namespace) =>
    callCluster(`${cluster}/api/v1/namespaces/${namespace}/pods`, { body: pod("first") }),
  );
  expect((await Promise.all(made)).map(({ code }) => code)).toEqual([201, 201]);
});

test("ADM-ACCOUNT: if a policy wants to be asked about service accounts, the controller creates a namespace's", async () => {
  const cluster = await newCluster("asked-accounts");
  const policies = `${cluster}/apis/admissionregistration.k8s.io/v1`;
  const metadata = { name: "accounts" };
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["serviceaccounts"] };
  const spec = {
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression: "request.userInfo.username.endsWith(':service-account-controller') && false" }],
  };
  await callCluster(`${policies}/validatingadmissionpolicies`, { body: { metadata, spec } });
  const binding = { metadata, spec: { policyName: "accounts", validationActions: ["Deny"] } };
  await callCluster(`${policies}/validatingadmissionpolicybindings`, { body: binding });
  await callCluster(`${cluster}/api/v1/namespaces`, { body: { metadata: { name: "refused" } } });
  const { code, object } = await callCluster(`${cluster}/api/v1/namespaces/refused/pods`, { body: pod("p") });
  expect([code, object.message]).toEqual([
    403,
    'pods "p" is forbidden: error looking up service account refused/default: serviceaccount "default" not found',
  ]);
});

test("a copied pod has its token at the original's path, in one volume", async () => {
  const place = await newNamespace("copies");
  const { object } = await call(`${place}/pods`, pod("original"));
  const { spec } = object as unknown as { spec: { containers: object[]; volumes: { name: string }[] } };
  const containers = [...spec.containers, { name: "debugger", image: "i" }];
  const { code, object: copy } = await call(`${place}/pods`, pod("copy", { ...spec, containers }));
  expect(code).toBe(201);
  const copied = (copy as unknown as { spec: typeof spec }).spec;
  expect(copied.volumes).toHaveLength(1);
  expect(copied.containers[1]).toMatchObject({ volumeMounts: [{ name: spec.volumes[0]?.name }] });
});

test("execs into a pod are restricted by its service account", async () => {
  const place = await newNamespace("debugged");
  const annotations = { "kubernetes.io/enforce-mountable-secrets": "true" };
  expect((await call(`${place}/serviceaccounts`, { metadata: { name: "s", annotations } })).code).toBe(201);
  expect((await call(`${place}/pods`, pod("p", { serviceAccountName: "s" }))).code).toBe(201);
  const debug = (more: object) => {
    const ephemeralContainers = [{ name: "d", image: "i", ...more }];
    return call(`${place}/pods/p/ephemeralcontainers`, { spec: { ephemeralContainers } }, "PATCH");
  };
  const refused = await debug({ envFrom: [{ secretRef: { name: "x" } }] });
  expect(refused.object.message).toBe(
    'pods "p" is forbidden: ephemeral container d with envFrom referencing secret.secretName="x" is not allowed because service account s does not reference that secret',
  );
  expect((await debug({})).code).toBe(200);
});

test("mirror pods may not refer to secrets", async () => {
  const mirror = {
    ...pod("m", { nodeName: "a", imagePullSecrets: [{ name: "s" }] }),
    metadata: { name: "m", annotations: { "kubernetes.io/config.mirror": "x" } },
  };
  const { object } = await call("/namespaces/default/pods", mirror);
  expect(object.message).toBe('pods "m" is forbidden: a mirror pod may not reference secrets');
});

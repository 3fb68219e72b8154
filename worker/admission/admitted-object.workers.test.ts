/** What policies and webhooks see of what the API server itself decides for a request. */
import { beforeAll, expect, test } from "vitest";
import { call, newCluster } from "../../test/workers/api-under-test.ts";

/** Of CN=x, with an ECDSA key. */
const CERTIFICATE_REQUEST =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISE1HNENBUUF3RERFS01BZ0dBMVVFQXd3QmVEQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCSzRVYzY2N1RkcExmQ0Uyb2x5VkgvM3d6MU5BWWxLdFVHeU1jUTJWU0dDY0IzTWhrcnc3eDJOSVVoYkh3VlNqCld2TmlsaElBSHQ4Mkh0Y25DN2tVOEpXZ0FEQUtCZ2dxaGtqT1BRUURBZ05KQURCR0FpRUEvQlNZZnFpZUZnVXcKakk4RTdWM2lDM2p3YjFMZVpBellHTHE0R3ZHcTNITUNJUUR2Tmg5MEpLWXZQMy9WV0U5ay8vNW9lcm91Um03NgptcENPc1VpUmh3eUx0Zz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=";
let base = "";
const root = () => `${base}/apis/admissionregistration.k8s.io/v1`;

async function deny(name: string, rule: object, messageExpression: string): Promise<void> {
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], ...rule }];
  const spec = {
    matchConstraints: { resourceRules: rules },
    matchConditions: [{ name: "ours", expression: "request.userInfo.username == 'ann'" }],
    validations: [{ expression: "false", messageExpression }],
  };
  const made = await call(`${root()}/validatingadmissionpolicies`, { body: { metadata: { name }, spec } });
  expect(made.object.message).toBeUndefined();
  const binding = { policyName: name, validationActions: ["Deny"] };
  await call(`${root()}/validatingadmissionpolicybindings`, { body: { metadata: { name }, spec: binding } });
}

/** Notes in an annotation what a mutating policy sees. */
async function change(name: string, rule: object, value: string): Promise<void> {
  const expression = `Object{metadata: Object.metadata{annotations: {"saw": ${value}.orValue("none")}}}`;
  const spec = {
    matchConstraints: { resourceRules: [{ apiVersions: ["v1"], operations: ["CREATE"], ...rule }] },
    mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }],
    reinvocationPolicy: "Never",
  };
  await call(`${root()}/mutatingadmissionpolicies`, { body: { metadata: { name }, spec } });
  await call(`${root()}/mutatingadmissionpolicybindings`, { body: { metadata: { name }, spec: { policyName: name } } });
}

beforeAll(async () => {
  base = await newCluster("admitted-object");
  await call(`${base}/apis/rbac.authorization.k8s.io/v1/clusterrolebindings`, {
    body: {
      metadata: { name: "ann" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" }],
    },
  });
});

const reported = async (url: string, init: object) =>
  (await call(`${base}${url}`, { as: "ann", ...init })).object.message;

test("ADM-DELETE-OPTIONS: of a deletion, policies see what is decided by then, unless it is under way", async () => {
  const core = "/api/v1/namespaces/default";
  const pod = async (name: string, spec: object = { nodeName: "n" }) => {
    const body = { metadata: { name }, spec: { containers: [{ name: "c", image: "i" }], ...spec } };
    expect((await call(`${base}${core}/pods`, { body })).code).toBe(201);
    return `${core}/pods/${name}`;
  };
  const [bound, unbound] = [await pod("bound"), await pod("unbound", {})];
  const namespace = await call(`${base}/api/v1/namespaces`, { body: { metadata: { name: "deleted" } } });
  const options = "request.options.?gracePeriodSeconds.orValue(-9)";
  await deny("grace", { operations: ["DELETE"], resources: ["pods"] }, `'<' + string(${options}) + '>'`);
  const uid = "string(request.options.preconditions.uid)";
  await deny("precondition", { operations: ["DELETE"], resources: ["namespaces"] }, uid);
  const remove = (url: string, query = "") => reported(url + query, { method: "DELETE" });
  expect(await remove(bound)).toContain("<30>");
  expect(await remove(bound, "?gracePeriodSeconds=5")).toContain("<5>");
  expect(await remove(bound, "?gracePeriodSeconds=-7")).toContain("<1>");
  expect(await remove(unbound, "?gracePeriodSeconds=5")).toContain("<0>");
  expect(await remove("/api/v1/namespaces/deleted")).toContain(namespace.object.metadata.uid);
  await call(`${base}${bound}`, { method: "DELETE" });
  expect(await remove(bound)).toBeUndefined();
  expect(await remove(bound, "?gracePeriodSeconds=5")).toContain("<5>");
});

test("ADM-DECIDED: those that check a request see what the API server has decided for it", async () => {
  const core = "/api/v1/namespaces/default";
  await deny(
    "token",
    { resources: ["serviceaccounts/token"] },
    "string(object.metadata.name + object.spec.audiences[0])",
  );
  expect(await reported(`${core}/serviceaccounts/default/token`, { body: { spec: {} } })).toContain(
    "defaulthttps://kubernetes.default.svc",
  );
  const [address, port] = ["string(object.spec.clusterIP)", "string(object.spec.ports[0].nodePort)"];
  await deny("service", { resources: ["services"] }, `${address} + ':' + ${port}`);
  const body = { metadata: { name: "s" }, spec: { type: "NodePort", ports: [{ port: 80 }] } };
  expect(await reported(`${core}/services`, { body })).toMatch(/denied request: [\d.]+:3\d{4}/);
  expect((await call(`${base}${core}/services`, { body })).code).toBe(201);
});

test("ADM-UNDECIDED: those that change a new object see it as it was sent, but for what other plugins have added", async () => {
  const [certificates, storage] = ["certificates.k8s.io", "storage.k8s.io"];
  await change(
    "csr",
    { apiGroups: [certificates], resources: ["certificatesigningrequests"] },
    "object.spec.?username",
  );
  await change(
    "vac",
    { apiGroups: [storage], resources: ["volumeattributesclasses"] },
    "object.metadata.?finalizers[0]",
  );
  const spec = { request: CERTIFICATE_REQUEST, signerName: "example.com/own", usages: ["client auth"] };
  const body = { metadata: { name: "csr" }, spec };
  const csr = await call(`${base}/apis/${certificates}/v1/certificatesigningrequests`, { as: "ann", body });
  expect(csr.object).toMatchObject({ metadata: { annotations: { saw: "none" } }, spec: { username: "ann" } });
  const vac = { metadata: { name: "vac" }, driverName: "d", parameters: { a: "b" } };
  const made = await call(`${base}/apis/${storage}/v1/volumeattributesclasses`, { as: "ann", body: vac });
  expect(made.object.metadata.annotations).toEqual({ saw: "kubernetes.io/vac-protection" });
});

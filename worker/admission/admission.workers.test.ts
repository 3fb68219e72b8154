import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Env } from "../env.ts";

/** Rules of docs/spec/admission.md that only a store can show. The binding speaks for the control plane. */
const { API, CLUSTER_STORE } = env as Env;
const BASE = "https://sailplane/api/v1";

interface Answer {
  readonly code: number;
  readonly warning: string | null;
  readonly object: KubeObject & { readonly message?: string; readonly status?: Record<string, unknown> };
}

async function call(path: string, body?: object, method = body ? "POST" : "GET"): Promise<Answer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const init = { method, headers: { "Content-Type": type }, ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await API.fetch(new Request(path.startsWith("/") ? `${BASE}${path}` : path, init));
  const object = (await response.json()) as Answer["object"];
  return { code: response.status, warning: response.headers.get("Warning"), object };
}

const pod = (name: string, more: object = {}) => ({
  metadata: { name, labels: { app: "x" } },
  spec: { schedulerName: "none", containers: [{ name: "c", image: "i" }], ...more },
});
const newNamespace = async (name: string, labels: object = {}) => {
  expect((await call("/namespaces", { metadata: { name, labels } })).code).toBe(201);
  return `/namespaces/${name}`;
};
const codesOf = (answers: readonly Answer[]) => Map.groupBy(answers, ({ code }) => code);

test("ADM-QUOTA, ADM-COMMIT, ADM-AGAIN: creates that race take no more than the quota has", async () => {
  const place = await newNamespace("quota");
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard: { pods: "5" } } });
  await call(`${place}/resourcequotas/q/status`, { status: { hard: { pods: "5" }, used: { pods: "0" } } }, "PATCH");
  const answers = codesOf(await Promise.all(Array.from({ length: 12 }, (_, i) => call(`${place}/pods`, pod(`p${i}`)))));
  expect(answers.get(201)).toHaveLength(5);
  expect(answers.get(403)).toHaveLength(7);
  expect(answers.get(403)?.[0]?.object.message).toContain(
    "exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5",
  );
  expect((await call(`${place}/resourcequotas/q`)).object.status?.used).toEqual({ pods: "5" });
});

test("ADM-QUOTA, ADM-DRY: a dry run is refused alike, and takes nothing", async () => {
  const place = await newNamespace("quota-dry");
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard: { "count/secrets": "1" } } });
  const status = { hard: { "count/secrets": "1" }, used: { "count/secrets": "0" } };
  await call(`${place}/resourcequotas/q/status`, { status }, "PATCH");
  expect((await call(`${place}/secrets?dryRun=All`, { metadata: { name: "a" } })).code).toBe(201);
  expect((await call(`${place}/secrets`, { metadata: { name: "a" } })).code).toBe(201);
  expect((await call(`${place}/secrets?dryRun=All`, { metadata: { name: "b" } })).code).toBe(403);
});

test("ADM-QUOTA: what cannot be measured is told before what is too much", async () => {
  const place = await newNamespace("quota-two");
  for (const [name, hard] of [
    ["a", { pods: "0" }],
    ["b", { "limits.cpu": "1" }],
  ] as const) {
    await call(`${place}/resourcequotas`, { metadata: { name }, spec: { hard } });
    const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, "0"]));
    await call(`${place}/resourcequotas/${name}/status`, { status: { hard, used } }, "PATCH");
  }
  expect((await call(`${place}/pods`, pod("p"))).object.message).toContain(
    "failed quota: b: must specify limits.cpu for: c",
  );
});

test("ADM-EVICT, ADM-EVICT-SAY: evictions that race share no disruption", async () => {
  const place = await newNamespace("evict");
  const names = ["a", "b", "c", "d"];
  for (const name of names) {
    const { metadata, spec } = pod(name);
    // Else it is gone at once, as no node has it.
    await call(`${place}/pods`, { metadata: { ...metadata, finalizers: ["example.com/seen"] }, spec });
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    await call(`${place}/pods/${name}/status`, { status }, "PATCH");
  }
  const budgets = "https://sailplane/apis/policy/v1/namespaces/evict/poddisruptionbudgets";
  await call(budgets, { metadata: { name: "b" }, spec: { minAvailable: 3, selector: { matchLabels: { app: "x" } } } });
  const status = {
    observedGeneration: 1,
    disruptionsAllowed: 1,
    currentHealthy: 4,
    desiredHealthy: 3,
    expectedPods: 4,
  };
  await call(`${budgets}/b/status`, { status }, "PATCH");
  const evict = (name: string) =>
    call(`${place}/pods/${name}/eviction`, { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
  const answers = codesOf(await Promise.all(names.map(evict)));
  expect(answers.get(201)).toHaveLength(1);
  expect(answers.get(429)).toHaveLength(3);
  const pods = await Promise.all(names.map((name) => call(`${place}/pods/${name}`)));
  const told = pods.flatMap(({ object: { metadata, status } }) => {
    const conditions = (status?.conditions ?? []) as { readonly type: string; readonly reason?: string }[];
    const reason = conditions.find(({ type }) => type === "DisruptionTarget")?.reason;
    return reason === undefined ? [] : [[reason, metadata.deletionTimestamp !== undefined]];
  });
  expect(told).toEqual([["EvictionByEvictionAPI", true]]);
});

test("ADM-QUOTA-UP: an update is charged with what it adds, and a deletion gives nothing back by itself", async () => {
  const place = await newNamespace("quota-up");
  const hard = { services: "2", "services.nodeports": "1" };
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard } });
  const status = { hard, used: { services: "0", "services.nodeports": "0" } };
  await call(`${place}/resourcequotas/q/status`, { status }, "PATCH");
  const used = async () => (await call(`${place}/resourcequotas/q`)).object.status?.used;
  for (const name of ["a", "b"])
    await call(`${place}/services`, { metadata: { name }, spec: { ports: [{ port: 80 }] } });
  const shown = (name: string) => call(`${place}/services/${name}`, { spec: { type: "NodePort" } }, "PATCH");
  expect([(await shown("a")).code, await used()]).toEqual([200, { services: "2", "services.nodeports": "1" }]);
  const refused = await shown("b");
  expect([refused.code, refused.object.message]).toEqual([
    403,
    expect.stringContaining("exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1"),
  ]);
  await call(`${place}/services/a`, undefined, "DELETE");
  expect(await used()).toEqual({ services: "2", "services.nodeports": "1" });
});

test("ADM-QUOTA-EX: that there is a quota is policy, what it holds is not", async () => {
  const place = await newNamespace("quota-ex");
  const policy = async () => (await CLUSTER_STORE.getByName("default").status()).policyRevision;
  const before = await policy();
  await call(`${place}/configmaps`, { metadata: { name: "free" } });
  expect(await policy()).toBe(before);
  const hard = { configmaps: "5" };
  await call(`${place}/resourcequotas`, { metadata: { name: "q" }, spec: { hard } });
  const made = await policy();
  expect(made).toBeGreaterThan(before);
  await call(`${place}/resourcequotas/q/status`, { status: { hard, used: { configmaps: "1" } } }, "PATCH");
  await call(`${place}/configmaps`, { metadata: { name: "charged" } });
  expect([await policy(), (await call(`${place}/resourcequotas/q`)).object.status?.used]).toEqual([
    made,
    { configmaps: "2" },
  ]);
});

test("ADM-FIRST: a missing namespace is told before what a plugin has against the object", async () => {
  const answer = await call("/namespaces/nowhere/pods", pod("p"));
  expect(answer.object.message).toBe('namespaces "nowhere" not found');
});

test("ADM-SNAPSHOT: a limit range holds from the next request on", async () => {
  const place = await newNamespace("limits");
  const limits = [{ type: "Container", max: { cpu: "1" }, default: { cpu: "500m" } }];
  await call(`${place}/limitranges`, { metadata: { name: "l" }, spec: { limits } });
  const created = await call(`${place}/pods`, pod("p"));
  expect(created.object.metadata.annotations).toEqual({
    "kubernetes.io/limit-ranger": "LimitRanger plugin set: cpu request for container c; cpu limit for container c",
  });
});

test("a limit range gives its defaults to a pod that is resized, and to no other update", async () => {
  const place = await newNamespace("resizing");
  const resources = { requests: { cpu: "1" } };
  const containers = [{ name: "c", image: "i", resources }];
  expect((await call(`${place}/pods`, pod("r", { containers }))).code).toBe(201);
  const limits = [{ type: "Container", defaultRequest: { memory: "1Mi" } }];
  expect((await call(`${place}/limitranges`, { metadata: { name: "l" }, spec: { limits } })).code).toBe(201);
  const requestsAfter = async (path: string, body: object) => {
    const { object } = await call(`${place}/pods/r${path}`, body, "PATCH");
    return (object as { spec?: { containers: { resources: unknown }[] } }).spec?.containers[0]?.resources;
  };
  expect(await requestsAfter("", { metadata: { labels: { a: "b" } } })).toEqual(resources);
  const resized = [{ name: "c", image: "i", resources: { requests: { cpu: "2" } } }];
  expect(await requestsAfter("/resize", { spec: { containers: resized } })).toEqual({
    requests: { cpu: "2", memory: "1Mi" },
  });
});

test("ADM-RESIZE: a resize asks for no more than the node has, and for nothing that it does not declare", async () => {
  const place = await newNamespace("node-resizing");
  const allocatable = { cpu: "2", memory: "1Gi", pods: "9" };
  await call("/nodes", { metadata: { name: "small" } });
  const declare = (declaredFeatures: string[]) =>
    call("/nodes/small/status", { status: { allocatable, declaredFeatures } }, "PATCH");
  const asking = (cpu: string) => [{ name: "c", image: "i", resources: { requests: { cpu } } }];
  const made = await call(`${place}/pods`, pod("r", { nodeName: "small", containers: asking("1") }));
  expect(made.code).toBe(201);
  const resize = async (spec: object) => {
    const { code, object } = await call(`${place}/pods/r/resize`, { spec }, "PATCH");
    return [code, code === 200 ? "" : object.message?.replace(/^.*?is forbidden: /, "")];
  };
  await declare([]);
  expect(await resize({ containers: asking("3") })).toEqual([
    403,
    "node didn't have enough allocatable resources: cpu, requested: 3000, allocatable: 2000",
  ]);
  expect(await resize({ containers: asking("2") })).toEqual([200, ""]);
  const whole = { resources: { requests: { cpu: "2" } } };
  expect(await resize(whole)).toEqual([
    403,
    'pod update requires features InPlacePodLevelResourcesVerticalScaling which are not available on node "small"',
  ]);
  await declare(["InPlacePodLevelResourcesVerticalScaling"]);
  expect(await resize(whole)).toEqual([200, ""]);
});

test("a copy of a pod mounts the token where its original does, by one volume", async () => {
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

test("a refusal comes with what was warned of on the way to it", async () => {
  const place = await newNamespace("warned-and-refused");
  const { code, warning } = await call(`${place}/configmaps`, { metadata: { name: "Bad" }, unknown: true });
  expect([code, warning]).toEqual([422, '299 - "unknown field \\"unknown\\""']);
});

test("PodSecurity warns of the workload and refuses the pod", async () => {
  const place = await newNamespace("strict", { "pod-security.kubernetes.io/enforce": "baseline" });
  const spec = { hostNetwork: true, containers: [{ name: "c", image: "i" }] };
  const template = { metadata: { labels: { a: "b" } }, spec };
  const deployments = "https://sailplane/apis/apps/v1/namespaces/strict/deployments";
  const made = await call(deployments, {
    metadata: { name: "d" },
    spec: { replicas: 0, selector: { matchLabels: { a: "b" } }, template },
  });
  expect(made.warning).toContain("would violate PodSecurity");
  expect((await call(`${place}/pods`, pod("p", spec))).object.message).toBe(
    'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
  );
});

test("administrators' claims are for namespaces that are marked for them", async () => {
  const place = await newNamespace("devices");
  const claims = `https://sailplane/apis/resource.k8s.io/v1${place}/resourceclaims`;
  const claim = (adminAccess: boolean) => ({
    metadata: { name: "c" },
    spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "x", adminAccess } }] } },
  });
  const refused = await call(claims, claim(true));
  expect(refused.code).toBe(422);
  expect(refused.object.message).toBe(
    'ResourceClaim.resource.k8s.io "c" is invalid: spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
  );
  await call(place, { metadata: { labels: { "resource.kubernetes.io/admin-access": "true" } } }, "PATCH");
  expect((await call(claims, claim(true))).code).toBe(201);
});

/** What a node is told. */
async function asNode(url: string, body: object, method = "POST"): Promise<string | undefined> {
  const headers = {
    "Impersonate-User": "system:node:a",
    "Impersonate-Group": "system:nodes",
    "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
  };
  const response = await API.fetch(new Request(url, { method, headers, body: JSON.stringify(body) }));
  return ((await response.json()) as Answer["object"]).message;
}

test("a node is certified as itself only", async () => {
  const requests = "https://sailplane/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const signerName = "kubernetes.io/kube-apiserver-client-kubelet";
  const asked = (request: string | undefined) =>
    asNode(requests, { metadata: { name: "r" }, spec: { request, signerName, usages: ["client auth"] } });
  const forbidden = 'certificatesigningrequests.certificates.k8s.io "r" is forbidden';
  expect(await asked(REQUEST_OF_ALICE)).toBe(`${forbidden}: can only create a node CSR with CN=system:node:a`);
  expect(await asked(undefined)).toBe(`${forbidden}: unable to parse csr: PEM block type must be CERTIFICATE REQUEST`);
});

test("NODE-WRITE: a node is refused what its status subresource would have put back", async () => {
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "a" } };
  expect(await asNode(`${BASE}/nodes`, node)).toBeUndefined();
  const taint = { spec: { taints: [{ key: "k", effect: "NoSchedule" }] } };
  const refused = 'nodes "a" is forbidden: node "a" is not allowed to modify taints';
  expect(await asNode(`${BASE}/nodes/a/status`, taint, "PATCH")).toBe(refused);
  // A pod that is no mirror is refused before what else is wrong with it is told.
  expect(await asNode(`${BASE}/namespaces/default/pods`, { metadata: { name: "m" } })).toContain(
    "can only create mirror pods",
  );
});

test("actions upon an object stay in its namespace", async () => {
  const place = await newNamespace("elsewhere");
  expect((await call(`${place}/pods`, pod("p"))).code).toBe(201);
  const metadata = { name: "p", namespace: "default" };
  const bound = await call(`${place}/pods/p/binding`, { metadata, target: { name: "a" } });
  const token = await call(`${place}/serviceaccounts/default/token`, { metadata, spec: {} });
  for (const { code, object } of [bound, token]) {
    expect(code).toBe(400);
    expect(object.message).toBe(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
});

test("who looks into a pod is bound by its service account", async () => {
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

test("mirror pods name no secrets", async () => {
  const mirror = {
    ...pod("m", { nodeName: "a", imagePullSecrets: [{ name: "s" }] }),
    metadata: { name: "m", annotations: { "kubernetes.io/config.mirror": "x" } },
  };
  const { object } = await call("/namespaces/default/pods", mirror);
  expect(object.message).toBe('pods "m" is forbidden: a mirror pod may not reference secrets');
});

const REQUEST_OF_ALICE =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1IOENBUUF3SFRFTU1Bb0dBMVVFQ2d3RFpHVjJNUTB3Q3dZRFZRUUREQVJxWVc1bE1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUU1eWRaa2tSc1AyS0FxNG51Tk1YRFRjWDh4MHVzaVFCZUhzRWdmNGU3CkVHV3U0M1N0OHVtMWZlNFZ1WU40TmdXQ2Y4L0I1TVlFaUYzWWwxamN1QkFQazZBQU1Bb0dDQ3FHU000OUJBTUMKQTBrQU1FWUNJUUQyN1BwVHMxVS9oTlppNVZKRXVGT1dCc0podFJwclg1dFB4WnNETStZY2FnSWhBTDdCZFVUKwpURkVTUmc2SWtNUEtmaWVkaDBBdk9vNWs2VE9JMloxN1dMTnUKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";

test("ADM-NAME: what changes a new object sees what its name will begin with, and what checks it sees the name", async () => {
  const create = (spec: object) =>
    call("/namespaces/default/pods", { ...pod("", spec), metadata: { generateName: "gen-" } });
  const refused = await create({ priorityClassName: "none" });
  expect(refused.object.message).toBe('pods "gen-" is forbidden: no PriorityClass with name none was found');
  const nameless = await call("/namespaces/default/pods", pod("", { priorityClassName: "none" }));
  expect(nameless.object.message).toContain('pods "Unknown" is forbidden');
  expect((await create({})).object.metadata.name).toMatch(/^gen-.{5}$/);
});

test("one PriorityClass is the default, and a pod keeps its priority when a client does not know of it", async () => {
  const root = "https://sailplane/apis/scheduling.k8s.io/v1/priorityclasses";
  const priorityClass = (name: string) => ({ metadata: { name }, value: 7, globalDefault: true });
  expect((await call(root, priorityClass("usual"))).code).toBe(201);
  expect((await call(root, priorityClass("other"))).object.message).toBe(
    'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  );
  const merge = await call(`${root}/usual`, { description: "x" }, "PATCH");
  expect(merge.code).toBe(200);
  const created = (await call("/namespaces/default/pods", pod("prior"))).object as KubeObject & { spec: object };
  expect(created.spec).toMatchObject({ priority: 7, preemptionPolicy: "PreemptLowerPriority" });
  const { priority: _, preemptionPolicy: __, tolerations: ___, ...spec } = created.spec as Record<string, unknown>;
  const put = await call("/namespaces/default/pods/prior", { ...created, spec }, "PUT");
  expect(put.object).toMatchObject({ spec: { priority: 7 } });
  await call(`${root}/usual`, {}, "DELETE");
});

import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Env } from "../../env.ts";

/**
 * What admission policies do to requests and report about them. Each test's policy matches config maps with a label of
 * its own.
 */
const { API } = env as Env;
const POLICIES = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/default/configmaps";

interface Answer {
  readonly code: number;
  readonly warnings: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape are compared with literals.
  readonly object: any;
}

async function post(path: string, body: object): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await API.fetch(new Request(`https://sailplane${path}`, init));
  return { code: response.status, warnings: response.headers.get("Warning") ?? "", object: await response.json() };
}

const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }];

async function policy(kind: "validating" | "mutating", name: string, spec: object, binding: object = {}) {
  const matchConstraints = { resourceRules: rules, objectSelector: { matchLabels: { policy: name } } };
  const made = await post(`${POLICIES}/${kind}admissionpolicies`, {
    metadata: { name },
    spec: { matchConstraints, ...(kind === "mutating" ? { reinvocationPolicy: "Never" } : {}), ...spec },
  });
  expect(made.object.message).toBeUndefined();
  const bound = await post(`${POLICIES}/${kind}admissionpolicybindings`, {
    metadata: { name },
    spec: { policyName: name, ...(kind === "validating" ? { validationActions: ["Deny"] } : {}), ...binding },
  });
  expect(bound.object.message).toBeUndefined();
}

const create = (name: string, label = name, more: object = {}) =>
  post(MAPS, { metadata: { name, labels: { policy: label } }, data: { k: "v" }, ...more });

describe("a validating admission policy", () => {
  test("warns even if another policy has already denied the request", async () => {
    await policy("validating", "a-denies", { validations: [{ expression: "false" }] });
    await policy(
      "validating",
      "b-warns",
      {
        matchConstraints: { resourceRules: rules, objectSelector: { matchLabels: { policy: "a-denies" } } },
        validations: [{ expression: "false", message: "beware" }],
      },
      { validationActions: ["Warn"] },
    );
    const answer = await create("a-denies");
    expect(answer.code).toBe(422);
    expect(answer.warnings).toContain(
      "Validation failed for ValidatingAdmissionPolicy 'b-warns' with binding 'b-warns': beware",
    );
  });

  test("denies if it cannot be evaluated, whatever its failure policy", async () => {
    const paramKind = { apiVersion: "nobody.example.com/v1", kind: "Nothing" };
    const paramRef = { name: "x", parameterNotFoundAction: "Deny" };
    await policy(
      "validating",
      "no-kind",
      { paramKind, validations: [{ expression: "true" }] },
      { paramRef, validationActions: ["Audit"] },
    );
    expect((await create("no-kind")).object.message).toBe(
      "configmaps \"no-kind\" is forbidden: ValidatingAdmissionPolicy 'no-kind' denied request: failed to configure policy: " +
        "failed to find resource referenced by paramKind: 'nobody.example.com/v1, Kind=Nothing'",
    );
  });

  test("denies if the audit annotation fails", async () => {
    const auditAnnotations = [{ key: "size", valueExpression: "string(object.data.nope)" }];
    await policy("validating", "annotates", { auditAnnotations });
    expect((await create("annotates")).object.message).toContain(
      "denied request: expression 'string(object.data.nope)' resulted in error: no such key: nope",
    );
  });

  test("ADM-DELETE-OPTIONS: sees a client's delete options, from the body or the query", async () => {
    const matchConstraints = {
      resourceRules: [{ ...rules[0], operations: ["DELETE"] }],
      objectSelector: { matchLabels: { policy: "kept" } },
    };
    const messageExpression = "string(request.options.gracePeriodSeconds) + request.options.propagationPolicy";
    await policy("validating", "kept", { matchConstraints, validations: [{ expression: "false", messageExpression }] });
    expect((await create("kept")).code).toBe(201);
    const remove = async (query: string, body?: string) => {
      const headers = { "Content-Type": "application/json" };
      const init = { method: "DELETE", headers, ...(body === undefined ? {} : { body }) };
      const response = await API.fetch(new Request(`https://sailplane${MAPS}/kept${query}`, init));
      return (await response.json<{ message?: string }>()).message;
    };
    expect(await remove("?gracePeriodSeconds=5&propagationPolicy=Orphan")).toContain("denied request: 5Orphan");
    expect(await remove("", '{"gracePeriodSeconds":7,"propagationPolicy":"Background"}')).toContain("7Background");
  });

  test("reports all failed match conditions, which cannot see the namespace", async () => {
    const matchConditions = [
      { name: "a", expression: "object.data.a == ''" },
      { name: "b", expression: "namespaceObject != null || object.data.b == ''" },
    ];
    await policy("validating", "conditions", { matchConditions, validations: [{ expression: "true" }] });
    expect((await create("conditions")).object.message).toContain(
      "denied request: [expression 'object.data.a == ''' resulted in error: no such key: a, " +
        "expression 'namespaceObject != null || object.data.b == ''' resulted in error: no such key: b]",
    );
  });
});

describe("a mutating admission policy", () => {
  const apply = (expression: string) => ({
    mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }],
  });
  const jsonPatch = (expression: string) => ({ mutations: [{ patchType: "JSONPatch", jsonPatch: { expression } }] });

  test.each([
    [
      "fails",
      apply("Object{data: {'n': object.data.nope}}"),
      "expression 'Object{data: {'n': object.data.nope}}' resulted in error: no such key: nope",
    ],
    [
      "misplaced",
      apply("Object{metadata: Object.spec{}}"),
      'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
    ],
    [
      "unknown",
      apply("Object{nope: 'x'}"),
      "error applying patch: failed to convert patch object to typed object: .nope: field not declared in schema",
    ],
    [
      "missing",
      jsonPatch("[JSONPatch{op: 'remove', path: '/data/nope'}]"),
      "JSON Patch: error in remove for path: '/data/nope': Unable to remove nonexistent key: nope: missing value",
    ],
  ])("%s with its own message in a 403 whose reason is Invalid", async (name, spec, why) => {
    await policy("mutating", `m-${name}`, spec);
    const { code, object } = await create(`m-${name}`);
    expect(code).toBe(403);
    const message = `policy 'm-${name}' with binding 'm-${name}' denied request: ${why}`;
    expect(object).toMatchObject({ reason: "Invalid", message, details: { causes: [{ message }] } });
  });

  test("REG-PLACE: cannot move an object to another namespace", async () => {
    await policy(
      "mutating",
      "m-moves",
      jsonPatch("[JSONPatch{op: 'replace', path: '/metadata/namespace', value: 'x'}]"),
    );
    expect(await create("m-moves")).toMatchObject({
      code: 400,
      object: { message: "the namespace of the provided object does not match the namespace sent on the request" },
    });
  });

  test("ADM-CONNECT: applies to connections", async () => {
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CONNECT"], resources: ["services/proxy"] };
    const resourceRules = [rule];
    await policy("mutating", "m-connect", {
      matchConstraints: { resourceRules },
      matchConditions: [{ name: "of", expression: "request.name == 'connected'" }],
      ...apply("Object{metadata: Object.spec{}}"),
    });
    const expression =
      "request.name != 'another' || !has(request.options) || request.options != null || has(object.metadata)";
    const validations = [{ expression, message: "connections have no options" }];
    await policy("validating", "v-connect", { matchConstraints: { resourceRules }, validations });
    const connect = (name: string) => post(`/api/v1/namespaces/default/services/${name}/proxy/x`, {});
    expect((await connect("connected")).object.message).toContain("policy 'm-connect' with binding 'm-connect' denied");
    expect((await connect("another")).object.message).toContain("connections have no options");
    expect((await connect("third")).code).toBe(404);
  });

  test.each([
    ["no-form", apply("Object{data: {'k': optional.of(ip('::1'))}}"), "unsupported conversion of net.IP to JSON"],
    [
      "vast",
      jsonPatch(`[JSONPatch{op: 'add', path: '/data/k', value: [[1]]${".map(a, [a, a])".repeat(40)}}]`),
      "JSONPath valueExpression evaluated to a type that could not marshal to JSON: operation cancelled: too much is gone through",
    ],
  ])("reports invalid JSON: %s", async (name, spec, why) => {
    await policy("mutating", `m-${name}`, spec);
    const { code, object } = await create(`m-${name}`);
    expect([code, object.message]).toEqual([403, `policy 'm-${name}' with binding 'm-${name}' denied request: ${why}`]);
  });

  test("cannot remove part of an atomic value", async () => {
    const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["services"] }];
    const matchConstraints = { resourceRules, objectSelector: { matchLabels: { policy: "m-atomic" } } };
    await policy("mutating", "m-atomic", {
      matchConstraints,
      ...apply("Object{spec: Object.spec{selector: {'a': 'b'}}}"),
    });
    const service = { metadata: { name: "atomic", labels: { policy: "m-atomic" } }, spec: { ports: [{ port: 1 }] } };
    expect((await post("/api/v1/namespaces/default/services", service)).object.message).toContain(
      "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector",
    );
  });

  test("does nothing if the test operation of its patch fails", async () => {
    const test_ = "[JSONPatch{op: 'test', path: '/data/k', value: 'x'}, JSONPatch{op: 'remove', path: '/data/k'}]";
    await policy("mutating", "m-test", jsonPatch(test_));
    expect((await create("m-test")).object.data).toEqual({ k: "v" });
  });

  test("is matched before its own mutations", async () => {
    await policy("mutating", "m-once", {
      matchConditions: [{ name: "unmarked", expression: "!has(object.data.first)" }],
      mutations: [
        { patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{data: {'first': '1'}}" } },
        { patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{data: {'second': '2'}}" } },
      ],
    });
    expect((await create("m-once")).object.data).toEqual({ k: "v", first: "1", second: "2" });
  });

  test("ADM-ROUNDS: sees no generated name yet, and its additions get defaults", async () => {
    const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
    await policy("mutating", "m-pods", {
      matchConstraints: { resourceRules, objectSelector: { matchLabels: { policy: "m-pods" } } },
      ...apply(
        "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'side' + (has(object.metadata.name) ? '-named' : ''), image: 'i'}]}}",
      ),
    });
    await post("/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
    const { object } = await post("/api/v1/namespaces/default/pods", {
      metadata: { generateName: "p-", labels: { policy: "m-pods" } },
      spec: { containers: [{ name: "c", image: "i" }] },
    });
    expect(object.message).toBeUndefined();
    expect(object.metadata.name).toMatch(/^p-/);
    const added = object.spec.containers.find(({ name }: { name: string }) => name === "side");
    expect(added).toMatchObject({
      terminationMessagePath: "/dev/termination-log",
      volumeMounts: [{ mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }],
    });
  });
});

test("ADM-ACTION: an eviction is a create of pods/eviction, not a delete of the pod", async () => {
  const pods = "/api/v1/namespaces/default/pods";
  const about = (operation: string, resource: string) => ({
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: [operation], resources: [resource] }],
    },
    validations: [{ expression: "!request.name.startsWith('acted')" }],
  });
  for (const name of ["acted-a", "acted-b"])
    await post(pods, { metadata: { name }, spec: { schedulerName: "none", containers: [{ name: "c", image: "i" }] } });
  const evict = (name: string) =>
    post(`${pods}/${name}/eviction`, { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
  await policy("validating", "keeps-pods", about("DELETE", "pods"));
  expect((await evict("acted-a")).code).toBe(201);
  await policy("validating", "keeps-from-eviction", about("CREATE", "pods/eviction"));
  expect((await evict("acted-b")).object.message).toContain("ValidatingAdmissionPolicy 'keeps-from-eviction'");
});

test("STORE-POLICY: no request is refused by an outdated policy, even without another call to the store", async () => {
  const namespaces = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["namespaces"] }];
  const objectSelector = { matchLabels: { policy: "refuses-namespaces" } };
  const spec = {
    matchConstraints: { resourceRules: namespaces, objectSelector },
    validations: [{ expression: "false" }],
  };
  await policy("validating", "refuses-namespaces", spec);
  const make = (name: string) =>
    post("/api/v1/namespaces", { metadata: { name, labels: { policy: "refuses-namespaces" } } });
  expect((await make("refused")).code).toBe(422);
  const path = `${POLICIES}/validatingadmissionpolicies/refuses-namespaces`;
  await API.fetch(new Request(`https://sailplane${path}`, { method: "DELETE" }));
  expect((await make("allowed")).code).toBe(201);
});

test("ADM-EQUIVALENT: a Scale in a policy has no managedFields", async () => {
  const deployments = "/apis/apps/v1/namespaces/default/deployments";
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  await post(deployments, { metadata: { name: "seen" }, spec: { selector: { matchLabels: { a: "b" } }, template } });
  const rule = { apiGroups: ["apps"], apiVersions: ["*"], operations: ["UPDATE"], resources: ["deployments/scale"] };
  await policy("validating", "of-scales", {
    matchConstraints: { resourceRules: [{ ...rule, resourceNames: ["seen"] }] },
    validations: [{ expression: "!has(object.metadata.managedFields) && object.spec.replicas < 3" }],
  });
  const scaled = async (replicas: number) => {
    const headers = { "Content-Type": "application/merge-patch+json" };
    const init = { method: "PATCH", headers, body: JSON.stringify({ spec: { replicas } }) };
    return (await API.fetch(new Request(`https://sailplane${deployments}/seen/scale`, init))).status;
  };
  expect(await scaled(2)).toBe(200);
  expect(await scaled(4)).toBe(422);
});

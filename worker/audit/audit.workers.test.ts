import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import type { AuditEvent } from "../../api/audit/event.ts";
import type { AuditRule } from "../../api/audit/policy.ts";
import { baseOf, createCluster } from "../../test/workers/api-under-test.ts";
import type { Env } from "../env.ts";
import { app } from "../http/app.ts";

const bindings = env as Env;
const MAPS = "/api/v1/namespaces/default/configmaps";
const SECRETS = "/api/v1/namespaces/default/secrets";
let token = "";
let cluster = "";

let made = 0;
beforeAll(async () => {
  cluster = `audit-${made++}`;
  token = (await createCluster(cluster)).object.token;
});

interface Sent {
  readonly method?: string;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request under a policy of these rules; returns the events that it caused. */
async function recorded(rules: readonly AuditRule[], path: string, { method, body, headers }: Sent = {}) {
  const AUDIT_POLICY = JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "Policy", rules });
  const log = bindings.AUDIT_LOG.getByName(cluster);
  const { last } = await log.read({ limit: 1 });
  const context = createExecutionContext();
  const request = new Request(`${baseOf(cluster)}${path}`, {
    method: method ?? (body ? "POST" : "GET"),
    ...(body && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      "User-Agent": "kubectl/v1.36",
      "CF-Connecting-IP": "192.0.2.7",
      ...headers,
    },
  });
  const response = await app.fetch(request, { ...bindings, AUDIT_POLICY }, context);
  const text = await response.text();
  await waitOnExecutionContext(context);
  const { lines } = await log.read({ after: last, limit: 100 });
  return { code: response.status, text, lines, events: lines.map((line) => JSON.parse(line) as AuditEvent), response };
}

const metadata: AuditRule = { level: "Metadata" };
const everything: AuditRule = { level: "RequestResponse" };

describe("an audit event", () => {
  test("AUDIT-EVENT: addresses from headers come before the peer's address", async () => {
    const headers = { "X-Forwarded-For": "198.51.100.1, nobody, 192.0.2.7", "X-Real-IP": "203.0.113.9" };
    const { events } = await recorded([metadata], MAPS, { headers });
    expect(events[0]?.sourceIPs).toEqual(["198.51.100.1", "203.0.113.9", "192.0.2.7"]);
  });

  test("AUDIT-EVENT: records the user, the request, its origin, and the answer", async () => {
    const { events, response } = await recorded([metadata], MAPS, { body: { metadata: { name: "a" } } });
    expect(events).toEqual([
      {
        kind: "Event",
        apiVersion: "audit.k8s.io/v1",
        level: "Metadata",
        auditID: response.headers.get("Audit-Id"),
        stage: "ResponseComplete",
        requestURI: `/clusters/${cluster}${MAPS}`,
        verb: "create",
        user: { username: "admin", uid: "admin-uid", groups: ["system:masters", "system:authenticated"] },
        sourceIPs: ["192.0.2.7"],
        userAgent: "kubectl/v1.36",
        objectRef: { resource: "configmaps", namespace: "default", name: "a", apiVersion: "v1" },
        responseStatus: { metadata: {}, code: 201 },
        requestReceivedTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        stageTimestamp: expect.stringMatching(/Z$/),
        annotations: { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "" },
      },
    ]);
  });

  test("AUDIT-EVENT: records which object and revision an update was about, as its body says", async () => {
    const { text } = await recorded([metadata], MAPS, { body: { metadata: { name: "updated" } } });
    const { events } = await recorded([metadata], `${MAPS}/updated`, { method: "PUT", body: JSON.parse(text) });
    const { uid, resourceVersion } = JSON.parse(text).metadata;
    expect(events[0]?.objectRef).toEqual({
      resource: "configmaps",
      namespace: "default",
      name: "updated",
      uid,
      apiVersion: "v1",
      resourceVersion,
    });
  });

  test("AUDIT-EVENT: records the impersonated user, and why impersonation was refused", async () => {
    const { events } = await recorded([metadata], `${MAPS}/a`, { headers: { "Impersonate-User": "mallory" } });
    expect(events[0]).toMatchObject({
      user: { username: "admin" },
      impersonatedUser: { username: "mallory" },
      authenticationMetadata: { impersonationConstraint: "impersonate:user-info" },
      responseStatus: { code: 403, reason: "Forbidden", message: expect.stringContaining('User "mallory" cannot get') },
      annotations: { "authorization.k8s.io/decision": "forbid" },
    });
  });

  test("AUDIT-EVENT: records unknown users, and never their credentials", async () => {
    const { events, lines } = await recorded([metadata], MAPS, { headers: { Authorization: "Bearer stolen-token" } });
    expect(events[0]).toMatchObject({ user: {}, responseStatus: { code: 401, reason: "Unauthorized" } });
    expect(lines.join()).not.toContain("stolen-token");
  });

  test("AUDIT-EVENT: records the audit annotations of policies, and what they would have denied", async () => {
    const root = "/apis/admissionregistration.k8s.io/v1";
    const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }];
    const spec = {
      matchConstraints: { resourceRules: rules, objectSelector: { matchLabels: { audited: "yes" } } },
      validations: [{ expression: "false", message: "never" }],
      auditAnnotations: [{ key: "who", valueExpression: "'made by ' + request.userInfo.username" }],
    };
    await recorded([metadata], `${root}/validatingadmissionpolicies`, { body: { metadata: { name: "p" }, spec } });
    await recorded([metadata], `${root}/validatingadmissionpolicybindings`, {
      body: { metadata: { name: "b" }, spec: { policyName: "p", validationActions: ["Audit"] } },
    });
    const body = { metadata: { name: "audited", labels: { audited: "yes" } } };
    const { events } = await recorded([metadata], MAPS, { body });
    expect(events[0]).toMatchObject({ responseStatus: { code: 201 }, annotations: { "p/who": "made by admin" } });
    expect(JSON.parse(events[0]?.annotations?.["validation.policy.admission.k8s.io/validation_failure"] ?? "")).toEqual(
      [{ message: "never", policy: "p", binding: "b", expressionIndex: 0, validationActions: ["Audit"] }],
    );
  });

  test("AUDIT-EVENT: records a pod's violations of its namespace's pod security level", async () => {
    const labels = { "pod-security.kubernetes.io/audit": "baseline" };
    await recorded([metadata], "/api/v1/namespaces", { body: { metadata: { name: "strict", labels } } });
    const spec = { hostPID: true, containers: [{ name: "c", image: "i" }] };
    const { events } = await recorded([metadata], "/api/v1/namespaces/strict/pods", {
      body: { metadata: { name: "p" }, spec },
    });
    expect(events[0]?.annotations).toMatchObject({
      "pod-security.kubernetes.io/enforce-policy": "privileged:latest",
      "pod-security.kubernetes.io/audit-violations":
        'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    });
  });

  test("AUDIT-STAGE: a watch is recorded as it begins", async () => {
    const { events } = await recorded([everything], `${MAPS}?watch=true&timeoutSeconds=1`);
    expect(events[0]).toMatchObject({ stage: "ResponseStarted", verb: "watch" });
    expect(events[0]).not.toHaveProperty("responseObject");
  });
});

describe("AUDIT-LEVEL", () => {
  const body = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "levels" }, data: { a: "b" } };

  test("None, and requests that match no rule, record nothing", async () => {
    expect((await recorded([{ level: "None" }], MAPS)).events).toEqual([]);
    expect((await recorded([{ level: "Metadata", users: ["somebody"] }], MAPS)).events).toEqual([]);
  });

  test("Request records the request body, and RequestResponse both bodies, unchanged for the client", async () => {
    const first = await recorded([{ level: "Request" }], MAPS, { body });
    expect(first.events[0]?.requestObject).toEqual(body);
    expect(first.events[0]).not.toHaveProperty("responseObject");
    const second = await recorded([everything], `${MAPS}/levels`);
    expect(second.events[0]?.responseObject).toEqual(JSON.parse(second.text));
    const third = await recorded([{ ...everything, omitManagedFields: true }], `${MAPS}/levels`);
    expect(JSON.stringify(third.events[0]?.responseObject)).not.toContain("managedFields");
    expect(third.text).toContain("managedFields");
  });

  test("a YAML body is recorded as JSON; one that is too long is omitted with a note", async () => {
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\n";
    const sent = { body: yaml, headers: { "Content-Type": "application/yaml" } };
    expect((await recorded([everything], MAPS, sent)).events[0]?.requestObject).toMatchObject({ kind: "ConfigMap" });
    const long = { ...body, metadata: { name: "long" }, data: { a: "x".repeat(200_000) } };
    const [event] = (await recorded([everything], MAPS, { body: long })).events;
    expect(event).not.toHaveProperty("requestObject");
    expect(event?.annotations).toMatchObject({ "audit.k8s.io/truncated": "true" });
  });

  test("a short YAML body that is too long as JSON is omitted, too", async () => {
    const aliases = Array.from({ length: 90 }, (_, i) => `  a${i}: *text\n`).join("");
    const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: maps}\ndata:\n  a: &text "${"\\x01".repeat(20_000)}"\n${aliases}`;
    const sent = { body: yaml, headers: { "Content-Type": "application/yaml" } };
    const { events, lines } = await recorded([everything], MAPS, sent);
    expect(events[0]).toMatchObject({ verb: "create", responseStatus: { code: 422 } });
    expect(events[0]?.annotations).toMatchObject({ "audit.k8s.io/truncated": "true" });
    expect(lines.join().length).toBeLessThan(10_000);
  });
});

describe("AUDIT-SECRETS: under any policy, no recorded event contains", () => {
  const value = "hunter2-hunter2";
  const encoded = btoa(value);

  test("a Secret's data, when written, read or listed", async () => {
    const written = await recorded([everything], SECRETS, {
      body: { metadata: { name: "s" }, data: { password: encoded } },
    });
    const read = await recorded([everything], `${SECRETS}/s`);
    const listed = await recorded([everything], SECRETS);
    for (const { code, events, lines } of [written, read, listed]) {
      expect(code).toBeLessThan(300);
      expect(events[0]?.level).toBe("Metadata");
      expect(lines.join()).not.toContain(encoded);
    }
  });

  test("a service account's token, when created or reviewed", async () => {
    const accounts = "/api/v1/namespaces/default/serviceaccounts";
    await recorded([metadata], accounts, { body: { metadata: { name: "bot" } } });
    const requested = await recorded([everything], `${accounts}/bot/token`, { body: { spec: {} } });
    const jwt = JSON.parse(requested.text).status.token as string;
    const reviews = "/apis/authentication.k8s.io/v1/tokenreviews";
    const reviewed = await recorded([everything], reviews, { body: { spec: { token: jwt } } });
    for (const { code, lines } of [requested, reviewed]) {
      expect(code).toBe(201);
      expect(lines).toHaveLength(1);
      expect(lines.join()).not.toContain(jwt);
    }
  });

  test("a node's credential, or an administrator's", async () => {
    const joined = await recorded([everything], "/sailplane/v1/join", { body: { nodeName: "n1" } });
    expect(joined.code).toBe(201);
    expect(joined.events[0]).toMatchObject({ verb: "post", level: "Metadata" });
    expect(joined.lines.join()).not.toContain(JSON.parse(joined.text).token);
  });
});

test("AUDIT-AFTER: a response is sent before its event, and events of one moment are sent together", async () => {
  const rules = [metadata];
  const AUDIT_POLICY = JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "Policy", rules });
  const appended: string[][] = [];
  let takeNothing = () => {};
  const untaken = new Promise<void>((resolve) => {
    takeNothing = resolve;
  });
  const append = async (batches: string[]) => {
    appended.push(batches.flatMap((batch) => batch.split("\n")));
    await untaken;
  };
  const bindingsHere = { ...bindings, AUDIT_POLICY, AUDIT_LOG: { getByName: () => ({ append }) } };
  const context = createExecutionContext();
  const ask = () =>
    app.fetch(
      new Request(`${baseOf(cluster)}${MAPS}`, { headers: { Authorization: `Bearer ${token}` } }),
      bindingsHere,
      context,
    );
  const answers = await Promise.all([ask(), ask()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(appended).toEqual([]);
  await Promise.all(answers.map((response) => response.text()));
  await expect.poll(() => appended.map((lines) => lines.length)).toEqual([2]);
  takeNothing();
  await waitOnExecutionContext(context);
});

test("AUDIT-KEPT: old events are deleted, however many batches arrive", async () => {
  const log = bindings.AUDIT_LOG.getByName("audit-kept-bounded");
  const batch = "x".repeat(256 * 1024);
  for (let i = 0; i < 8; i++) await log.append(Array(21).fill(batch));
  const { lines } = await log.read({ limit: 1000 });
  expect(lines.length).toBeLessThan(130);
});

test("AUDIT-KEPT: the newest events can be read, and then those after a position", async () => {
  const log = bindings.AUDIT_LOG.getByName("audit-kept");
  await log.append(["1\n2", "3"]);
  await log.append(["4"]);
  const page = await log.read({ limit: 2 });
  expect(page.lines).toEqual(["3", "4"]);
  await log.append(["5"]);
  expect((await log.read({ after: page.last, limit: 10 })).lines).toEqual(["5"]);
});

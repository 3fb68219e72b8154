import { expect, test } from "vitest";
import type { AuditEvent } from "../../api/audit/event.ts";
import type { ObjectMeta } from "../../api/generated/meta.v1.ts";
import { parseResourcePath } from "../resource-path.ts";
import type { CompletedRequest } from "./audit-event.ts";
import { auditLine } from "./audit-line.ts";

const answeredWith = (annotations: Record<string, string>, object: ObjectMeta = {}): CompletedRequest => ({
  id: "id",
  request: { received: 0, user: { name: "jo", groups: [] }, annotations, object },
  uri: "/api/v1/namespaces/ns/configmaps",
  path: "/api/v1/namespaces/ns/configmaps",
  verb: "create",
  resource: parseResourcePath("/api/v1/namespaces/ns/configmaps"),
  headers: new Headers(),
  address: undefined,
  code: 201,
  streams: false,
  now: 0,
});
const long = "x".repeat(600_000);
const event = (line: string) => JSON.parse(line) as AuditEvent;

test("AUDIT-LEVEL: an event is stored in full if it fits the log", () => {
  const line = auditLine(answeredWith({ "p/said": "short" }), "Request", { requestObject: { a: "b" } });
  expect(event(line)).toMatchObject({ requestObject: { a: "b" }, annotations: { "p/said": "short" } });
});

test("AUDIT-LEVEL: what a webhook changed is recorded where bodies are", () => {
  const { request, ...answered } = answeredWith({});
  const patched = { ...answered, request: { ...request, quotations: { "patch/of": "[]" } } };
  expect(event(auditLine(patched, "Metadata", {})).annotations).not.toHaveProperty("patch/of");
  expect(event(auditLine(patched, "Request", {})).annotations).toMatchObject({ "patch/of": "[]" });
});

test("AUDIT-LEVEL: an event too large for the log is stored without bodies and annotations", () => {
  const bare = event(auditLine(answeredWith({ "p/said": "short" }), "Request", { requestObject: { a: long } }));
  expect(bare).not.toHaveProperty("requestObject");
  expect(bare.annotations).toMatchObject({ "p/said": "short", "audit.k8s.io/truncated": "true" });

  const shortest = auditLine(answeredWith({ "p/said": long }), "Request", { requestObject: { a: "b" } });
  expect(shortest.length).toBeLessThan(1000);
  expect(event(shortest)).toMatchObject({ verb: "create", user: { username: "jo" }, responseStatus: { code: 201 } });
  expect(event(shortest).annotations).toEqual({
    "authorization.k8s.io/decision": "allow",
    "authorization.k8s.io/reason": "",
    "audit.k8s.io/truncated": "true",
  });
});

test("AUDIT-LEVEL: an event too large for the log is stored without the name in a body", () => {
  const refused = auditLine(answeredWith({}, { name: long }), "Metadata", {});
  expect(event(refused).objectRef).toEqual({ resource: "configmaps", namespace: "ns", apiVersion: "v1" });
});

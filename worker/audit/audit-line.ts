/** Renders an audit event as one line, short enough for the log. Pure. */
import type { AuditEvent } from "../../api/audit/event.ts";
import type { Level } from "../../api/audit/policy.ts";
import { exactJson } from "../../api/machinery/json/exact-json.ts";
import { auditEvent, type Bodies, type CompletedRequest } from "./audit-event.ts";

/** In characters, of up to three bytes each. A row of SQLite holds 2 MB. */
const MAX_BYTES = 512 * 1024;

/**
 * Bodies that are short when received may be long as JSON: YAML aliases repeat values, and a byte of text may be escaped
 * as six. An event that cannot be stored would take the other events of its batch with it.
 */
export function auditLine(request: CompletedRequest, level: Level, bodies: Bodies): string {
  const whole = exactJson(auditEvent(request, level, bodies));
  if (whole.length <= MAX_BYTES) return whole;
  const { status } = bodies;
  const bare = { ...(status && { status }), truncated: true };
  const line = exactJson(auditEvent(request, level, bare));
  return line.length <= MAX_BYTES ? line : exactJson(withoutWords(auditEvent(withoutObject(request), level, bare)));
}

/** The names in an object that is refused may be of any length, too. */
function withoutObject({ request: { object: _, ...request }, ...completed }: CompletedRequest): CompletedRequest {
  return { ...completed, request };
}

/** The texts of webhooks, policies and errors may be of any length. */
function withoutWords({ annotations = {}, responseStatus, ...event }: AuditEvent): AuditEvent {
  const own = Object.entries(annotations).filter(([key]) => OWN_ANNOTATIONS.has(key));
  return {
    ...event,
    ...(responseStatus && { responseStatus: { metadata: {}, code: responseStatus.code } }),
    annotations: Object.fromEntries(own),
  };
}

const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  "authorization.k8s.io/decision",
  "authorization.k8s.io/reason",
  "audit.k8s.io/truncated",
]);

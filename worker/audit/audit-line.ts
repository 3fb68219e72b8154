/** An audit event as the one line that is kept of it, no longer than its log can keep. Pure. */
import type { AuditEvent } from "../../api/audit/event.ts";
import type { Level } from "../../api/audit/policy.ts";
import { exactJson } from "../../api/machinery/json/exact-json.ts";
import { type Answered, auditEvent, type Bodies } from "./audit-event.ts";

/** Characters. A row of SQLite's holds 2 MB, and a character may be three bytes of it. */
const MOST = 512 * 1024;

/**
 * Bodies that are short as they come may be long as JSON: YAML repeats what it names, and a byte of a text may become six.
 * What cannot be kept would take along what waits with it, which is others'.
 */
export function auditLine(answered: Answered, level: Level, bodies: Bodies): string {
  const whole = exactJson(auditEvent(answered, level, bodies));
  if (whole.length <= MOST) return whole;
  const { status } = bodies;
  const bare = auditEvent(answered, level, { ...(status && { status }), truncated: true });
  const line = exactJson(bare);
  return line.length <= MOST ? line : exactJson(withoutWords(bare));
}

/** What webhooks, policies and refusals say may be of any length. */
function withoutWords({ annotations = {}, responseStatus, ...event }: AuditEvent): AuditEvent {
  const kept = Object.entries(annotations).filter(([key]) => OWN_ANNOTATIONS.has(key));
  return {
    ...event,
    ...(responseStatus && { responseStatus: { metadata: {}, code: responseStatus.code } }),
    annotations: Object.fromEntries(kept),
  };
}

const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  "authorization.k8s.io/decision",
  "authorization.k8s.io/reason",
  "audit.k8s.io/truncated",
]);

import { type AuditPolicy, parseAuditPolicy } from "../../api/audit/policy.ts";

/** Parsed once per isolate. */
let known: { readonly text: string; readonly policy: AuditPolicy } | undefined;

/**
 * The deployment's policy; undefined if nothing is recorded. A policy that cannot be parsed fails all requests: it was
 * meant to record them.
 */
export function auditPolicyOf(text: string | undefined): AuditPolicy | undefined {
  if (!text) return undefined;
  if (known?.text === text) return known.policy;
  const parsed = parseAuditPolicy(JSON.parse(text));
  if (!parsed.ok) throw new Error(`AUDIT_POLICY: ${parsed.message}`);
  known = { text, policy: parsed.policy };
  return parsed.policy;
}

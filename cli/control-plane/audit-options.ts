/** The audit options of `up` and `deploy`, as bindings of the Worker. */
import { InvalidArgumentError, Option } from "commander";
import { parseAuditPolicy } from "../../api/audit/policy.ts";
import { readYaml } from "./read-yaml.ts";

export interface AuditOptions {
  /** The policy as JSON. */
  readonly auditPolicy?: string;
  readonly auditWebhook?: string;
}

export const auditPolicyOption = (): Option =>
  new Option("--audit-policy <file>", "record requests according to this audit.k8s.io/v1 Policy").argParser(readPolicy);

export const auditWebhookOption = (): Option =>
  new Option(
    "--audit-webhook <url>",
    "send audit events there, as EventLists, with the environment's AUDIT_WEBHOOK_TOKEN as credential",
  ).argParser(parseUrl);

export const auditBindings = ({ auditPolicy, auditWebhook }: AuditOptions): Record<string, string> => ({
  ...(auditPolicy && { AUDIT_POLICY: auditPolicy }),
  ...(auditWebhook && { AUDIT_WEBHOOK_URL: auditWebhook }),
  ...(auditWebhook && process.env.AUDIT_WEBHOOK_TOKEN && { AUDIT_WEBHOOK_TOKEN: process.env.AUDIT_WEBHOOK_TOKEN }),
});

function readPolicy(file: string): string {
  const parsed = parseAuditPolicy(readYaml(file));
  if (!parsed.ok) throw new InvalidArgumentError(parsed.message);
  return JSON.stringify(parsed.policy);
}

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError("It is an http:// or https:// address.");
  return text;
}

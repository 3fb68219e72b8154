/**
 * What becomes known of a request on its way, for the audit event at its end. Requests that nobody records have none of
 * this: a note costs one look-up that finds nothing.
 */
import type { Decision } from "../auth/attributes.ts";
import type { User } from "../auth/user.ts";

export interface AuditedRequest {
  /** ms since the epoch. */
  readonly received: number;
  user?: User;
  impersonated?: User | undefined;
  /** The verb that allowed it, where one for requests such as this did. */
  constraint?: string | undefined;
  decision?: Decision;
  body?: Uint8Array;
  /** What admission has to say of it, by key. */
  annotations?: Record<string, string>;
}

const requests = new WeakMap<Request, AuditedRequest>();

export function beginAudit(request: Request, received: number): AuditedRequest {
  const audited = { received };
  requests.set(request, audited);
  return audited;
}

/** A request is decided again where policy has changed: the last decision counts. */
export function noteUser(request: Request, user: User): void {
  const audited = requests.get(request);
  if (audited) Object.assign(audited, { user, impersonated: undefined, constraint: undefined });
}

export function noteImpersonation(request: Request, impersonated: User, constraint: string | undefined): void {
  const audited = requests.get(request);
  if (audited) Object.assign(audited, { impersonated, constraint });
}

export function noteDecision(request: Request, decision: Decision): void {
  const audited = requests.get(request);
  if (audited) audited.decision = decision;
}

export function noteBody(request: Request, body: Uint8Array): void {
  const audited = requests.get(request);
  if (audited) audited.body = body;
}

/** The first to use a key has it, as in Kubernetes. */
export function noteAnnotation(request: Request, key: string, value: string): void {
  const audited = requests.get(request);
  if (!audited) return;
  audited.annotations ??= {};
  audited.annotations[key] ??= value;
}

/**
 * What is learned about a request along the way, for the audit event at its end. For requests that are not recorded, a
 * note costs one failed lookup.
 */
import type { ObjectMeta } from "../../api/generated/meta.v1.ts";
import type { Decision } from "../auth/attributes.ts";
import type { User } from "../auth/user.ts";

export interface AuditedRequest {
  /** ms since the epoch. */
  readonly received: number;
  user?: User;
  impersonated?: User | undefined;
  /** The verb of constrained impersonation that allowed it, if any. */
  constraint?: string | undefined;
  decision?: Decision;
  body?: Uint8Array;
  /** The metadata of the object in the body. */
  object?: ObjectMeta;
  /** Annotations by admission, by key. */
  annotations?: Record<string, string>;
  /** Annotations that quote bodies: recorded only where bodies are. */
  quotations?: Record<string, string>;
}

const requests = new WeakMap<Request, AuditedRequest>();

export function beginAudit(request: Request, received: number): AuditedRequest {
  const audited = { received };
  requests.set(request, audited);
  return audited;
}

/** A request is decided again if policy has changed: the last decision counts. */
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

export function noteObject(request: Request, object: ObjectMeta): void {
  const audited = requests.get(request);
  if (audited) audited.object = object;
}

/** The first writer of a key wins, as in Kubernetes. */
export function noteAnnotation(request: Request, key: string, value: string): void {
  const audited = requests.get(request);
  if (!audited) return;
  audited.annotations ??= {};
  audited.annotations[key] ??= value;
}

/** An annotation that quotes a body. */
export function noteQuotation(request: Request, key: string, value: string): void {
  const audited = requests.get(request);
  if (!audited) return;
  audited.quotations ??= {};
  audited.quotations[key] ??= value;
}

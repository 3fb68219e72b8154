/**
 * Pods know their API server as a host and a port without a path: `kubernetes.default.svc`. A named cluster's service
 * account tokens therefore name their cluster in the header, and requests are routed by it. This only decides whose
 * keys must have signed the token.
 */
import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";

/** `{"cluster":"` in base64url; tokens of the default cluster begin otherwise. */
const LEADING = "eyJjbHVzdGVyIjoi";
const BEARER = /^bearer +([A-Za-z0-9_-]+)\./i;

/** The cluster named in the token of an Authorization header. */
export function clusterOfToken(authorization: string | undefined): string | undefined {
  if (!authorization?.includes(LEADING)) return undefined;
  const head = BEARER.exec(authorization)?.[1];
  const bytes = head?.startsWith(LEADING) ? fromBase64Url(head) : undefined;
  if (!bytes) return undefined;
  return /^\{"cluster":"([a-z0-9]([-a-z0-9]*[a-z0-9])?)"/.exec(new TextDecoder().decode(bytes))?.[1];
}

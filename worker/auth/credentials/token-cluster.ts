/**
 * Pods know their API server as a host and a port, with no path: `kubernetes.default.svc`. So a named cluster's service account
 * tokens say in their header which cluster's they are, and are led there. That decides only whose keys must have signed them.
 */
import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";

/** `{"cluster":"` in base64url: the default cluster's tokens begin otherwise. */
const LEADING = "eyJjbHVzdGVyIjoi";
const BEARER = /^bearer +([A-Za-z0-9_-]+)\./i;

/** The cluster that the token of an Authorization header names. */
export function clusterOfToken(authorization: string | undefined): string | undefined {
  if (!authorization?.includes(LEADING)) return undefined;
  const head = BEARER.exec(authorization)?.[1];
  const bytes = head?.startsWith(LEADING) ? fromBase64Url(head) : undefined;
  if (!bytes) return undefined;
  return /^\{"cluster":"([a-z0-9]([-a-z0-9]*[a-z0-9])?)"/.exec(new TextDecoder().decode(bytes))?.[1];
}

/** Impersonation headers (apiserver/pkg/endpoints/filters/impersonation). */
import { AUTHENTICATED, UNAUTHENTICATED, type User } from "./user.ts";

const EXTRA = "impersonate-extra-";
const SERVICE_ACCOUNT = "system:serviceaccount:";

/** The user that the headers ask for, or undefined where they ask for none. */
export function impersonated(headers: Headers): User | undefined {
  const name = headers.get("Impersonate-User");
  if (name === null || name === "") return undefined;
  const uid = headers.get("Impersonate-Uid");
  const groups = splitHeader(headers.get("Impersonate-Group"));
  const extra: Record<string, string[]> = {};
  for (const [header, value] of headers) {
    if (header.startsWith(EXTRA)) extra[decodeURIComponent(header.slice(EXTRA.length))] = splitHeader(value);
  }
  return {
    name,
    ...(uid ? { uid } : {}),
    groups: withImplied(name, groups),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

/** Repeated headers reach a Worker as one, joined by commas. */
const splitHeader = (value: string | null) => (value === null ? [] : value.split(",").map((part) => part.trim()));

function withImplied(name: string, asked: readonly string[]): string[] {
  const groups = [...asked];
  if (name.startsWith(SERVICE_ACCOUNT) && asked.length === 0) {
    const [namespace = ""] = name.slice(SERVICE_ACCOUNT.length).split(":");
    groups.push("system:serviceaccounts", `system:serviceaccounts:${namespace}`);
  }
  if (name === "system:anonymous") return groups.includes(UNAUTHENTICATED) ? groups : [...groups, UNAUTHENTICATED];
  return groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED) ? groups : [...groups, AUTHENTICATED];
}

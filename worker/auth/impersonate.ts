/** Impersonation headers (apiserver/pkg/endpoints/filters/impersonation). */
import { goQuote } from "../../api/machinery/field-error.ts";
import { badRequest } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import type { ResourceAttributes } from "./attributes.ts";
import { AUTHENTICATED, anonymous, UNAUTHENTICATED, type User } from "./user.ts";

const PREFIX = "impersonate-";
const EXTRA = `${PREFIX}extra-`;
const SERVICE_ACCOUNT = "system:serviceaccount:";

export interface Impersonation {
  readonly user: User;
  /** What whoever asks must be allowed, each with the verb `impersonate`. */
  readonly needs: readonly ResourceAttributes[];
}

/** Undefined where the headers ask for nobody. Throws where they ask for somebody without a name. */
export function impersonationOf(headers: Headers): Impersonation | undefined {
  if (!asks(headers)) return undefined;
  const name = headers.get("Impersonate-User") ?? "";
  const uid = headers.get("Impersonate-Uid") ?? "";
  const groups = splitHeader(headers.get("Impersonate-Group"));
  const extra = extraOf(headers);
  if (name === "") {
    if (uid === "" && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
    throw new ApiError(badRequest(`requested ${printUser(uid, groups, extra)} without impersonating a user name`));
  }
  return {
    user: {
      name,
      ...(uid === "" ? {} : { uid }),
      groups: withImplied(name, groups),
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    },
    needs: [
      userNeed(name),
      ...groups.map((group) => need("", "groups", { name: group })),
      ...Object.entries(extra).flatMap(([key, values]) =>
        values.map((value) => need(AUTHENTICATION, "userextras", { subresource: key, name: value })),
      ),
      ...(uid === "" ? [] : [need(AUTHENTICATION, "uids", { name: uid })]),
    ],
  };
}

const AUTHENTICATION = "authentication.k8s.io";

const need = (
  group: string,
  resource: string,
  rest: { readonly name: string; readonly namespace?: string; readonly subresource?: string },
): ResourceAttributes => ({
  verb: "impersonate",
  group,
  version: "v1",
  resource,
  subresource: "",
  namespace: "",
  ...rest,
});

function userNeed(name: string): ResourceAttributes {
  const [namespace = "", account = "", ...more] = name.startsWith(SERVICE_ACCOUNT)
    ? name.slice(SERVICE_ACCOUNT.length).split(":")
    : [];
  if (namespace === "" || account === "" || more.length > 0) return need("", "users", { name });
  return need("", "serviceaccounts", { namespace, name: account });
}

/** Names alone: a value that is looked at costs as much as all of them, and nearly nobody asks. */
function asks(headers: Headers): boolean {
  for (const header of headers.keys()) if (header.startsWith(PREFIX)) return true;
  return false;
}

/** Repeated headers reach a Worker as one, joined by a comma and a space; a comma alone is part of a value. */
const splitHeader = (value: string | null): string[] => (value === null ? [] : value.split(", "));

function extraOf(headers: Headers): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [header, value] of headers) {
    if (header.startsWith(EXTRA)) extra[unescapeKey(header.slice(EXTRA.length))] = splitHeader(value);
  }
  return extra;
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** Service accounts come with their groups, unless others are asked for; everybody with the one that says how they came. */
function withImplied(name: string, asked: readonly string[]): string[] {
  const groups = [...asked];
  const { resource, namespace } = userNeed(name);
  if (resource === "serviceaccounts" && asked.length === 0) {
    groups.push("system:serviceaccounts", `system:serviceaccounts:${namespace}`);
  }
  if (name === anonymous.name) return groups.includes(UNAUTHENTICATED) ? groups : [...groups, UNAUTHENTICATED];
  return groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED) ? groups : [...groups, AUTHENTICATED];
}

/** As Go prints the user with %#v. */
function printUser(uid: string, groups: readonly string[], extra: Readonly<Record<string, readonly string[]>>): string {
  const list = (values: readonly string[]) => `[]string{${values.map(goQuote).join(", ")}}`;
  const keys = Object.keys(extra).sort();
  const printedGroups = groups.length === 0 ? "[]string(nil)" : list(groups);
  const printedExtra =
    keys.length === 0
      ? "map[string][]string(nil)"
      : `map[string][]string{${keys.map((key) => `${goQuote(key)}:${list(extra[key] ?? [])}`).join(", ")}}`;
  return `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${printedGroups}, Extra:${printedExtra}}`;
}

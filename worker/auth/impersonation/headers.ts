/** Whom a request's headers ask to impersonate (apiserver/pkg/endpoints/filters/impersonation). */
import { goQuote } from "../../../api/machinery/field-error.ts";
import { badRequest } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { User } from "../user.ts";

const PREFIX = "impersonate-";
const EXTRA = `${PREFIX}extra-`;

/** As requested, without implied groups. Undefined if nobody is; throws if the user name is missing. */
export function wantedUser(headers: Headers): User | undefined {
  if (!isImpersonating(headers)) return undefined;
  const name = headers.get("Impersonate-User") ?? "";
  const uid = headers.get("Impersonate-Uid") ?? "";
  const groups = splitHeader(headers.get("Impersonate-Group"));
  const extra = extraOf(headers);
  const hasExtra = Object.keys(extra).length > 0;
  if (name === "") {
    if (uid === "" && groups.length === 0 && !hasExtra) return undefined;
    throw new ApiError(badRequest(`requested ${printUser(uid, groups, extra)} without impersonating a user name`));
  }
  return { name, ...(uid !== "" && { uid }), groups, ...(hasExtra && { extra }) };
}

/** Lower case, as in `Headers`. */
export const isImpersonation = (header: string): boolean => header.startsWith(PREFIX);

/** Looks at names only: reading one value costs as much as reading them all, and hardly anybody impersonates. */
function isImpersonating(headers: Headers): boolean {
  for (const header of headers.keys()) if (isImpersonation(header)) return true;
  return false;
}

/** Repeated headers reach a Worker joined by a comma and a space; a comma alone is part of a value. */
const splitHeader = (value: string | null): string[] => (value === null ? [] : value.split(", "));

/** A key may be any text, also one that objects have a member of. */
const extraOf = (headers: Headers): Record<string, string[]> =>
  Object.fromEntries(
    [...headers]
      .filter(([header]) => header.startsWith(EXTRA))
      .map(([header, value]) => [unescapeKey(header.slice(EXTRA.length)), splitHeader(value)]),
  );

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** The user as Go prints it with %#v. */
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

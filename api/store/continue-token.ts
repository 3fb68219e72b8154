/** The `continue` token of a paged list, in Kubernetes' own form (apiserver/pkg/storage/continue.go). */

import { base64Url, fromBase64Url } from "../machinery/encoding/base64url.ts";
import { textOfUtf8, utf8Bytes } from "../machinery/encoding/utf8.ts";
import { parseJson } from "../machinery/json/json-syntax.ts";
import { asRevision } from "./revision.ts";
import type { Revision } from "./store.ts";

export interface ContinueToken {
  /** Undefined: the current state. A list that continues after its revision was compacted is no longer consistent. */
  readonly revision: Revision | undefined;
  /** When it was issued, s since the epoch; absent in Kubernetes' own tokens. */
  readonly issued?: number;
  /** The last object of the previous page; `namespace` is "" if it is cluster-scoped. */
  readonly after: { readonly namespace: string; readonly name: string };
}

const VERSION = "meta.k8s.io/v1";
/** Kubernetes' notation for no particular revision: 0 is what a broken token decodes to. */
const ANY_REVISION = -1;

export function formatContinue({ revision = asRevision(ANY_REVISION), issued, after }: ContinueToken): string {
  const start = after.namespace === "" ? after.name : `${after.namespace}/${after.name}`;
  // The NUL makes the start key the smallest one after the last, as in Kubernetes.
  const text = JSON.stringify({ v: VERSION, rv: revision, start: `${start}\u0000`, issued });
  return base64Url(utf8Bytes(text));
}

/** A text says what is wrong with the token. */
export function parseContinue(token: string): ContinueToken | string {
  const decoded = decode(token);
  if (typeof decoded === "string") return decoded;
  const { v, rv, start, issued } = decoded;
  if (v !== VERSION) return `server does not recognize this encoded version ${v ?? ""}`;
  if (typeof rv !== "number" || rv === 0) return `incorrect encoded start resourceVersion (version ${VERSION})`;
  if (typeof start !== "string" || start === "") return `encoded start key empty (version ${VERSION})`;
  const path = start.replace(/^\//, "");
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) return start;
  const key = path.replace(/\0$/, "");
  const slash = key.indexOf("/");
  return {
    revision: rv > 0 ? asRevision(rv) : undefined,
    ...(typeof issued === "number" ? { issued } : {}),
    after: slash < 0 ? { namespace: "", name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) },
  };
}

interface Decoded {
  readonly v?: string;
  readonly rv?: number;
  readonly start?: string;
  readonly issued?: number;
}

function decode(token: string): Decoded | string {
  const bad = /[^A-Za-z0-9_-]/.exec(token);
  if (bad) return `illegal base64 data at input byte ${bad.index}`;
  if (token.length % 4 === 1) return `illegal base64 data at input byte ${token.length - 1}`;
  const parsed = parseJson(textOfUtf8(fromBase64Url(token) ?? new Uint8Array()));
  if (!parsed.ok) return parsed.message;
  const { value } = parsed;
  const problem = (what: unknown, where: string) => `json: cannot unmarshal ${goTypeName(what)} into Go ${where}`;
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) return problem(value, "value of type storage.continueToken");
  const { v, rv, start } = value as Record<string, unknown>;
  for (const [name, member] of Object.entries({ v, start }))
    if (typeof (member ?? "") !== "string") return problem(member, `struct field continueToken.${name} of type string`);
  const revision = "struct field continueToken.rv of type int64";
  if (typeof (rv ?? 0) !== "number") return problem(rv, revision);
  if (!Number.isInteger(rv ?? 0)) return `json: cannot unmarshal number ${String(rv)} into Go ${revision}`;
  return value as Decoded;
}

const goTypeName = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

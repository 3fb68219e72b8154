/** Which kind a body states, whether that is the expected kind, and the texts of the 400s if it is not. */

import { type Struct, structOfKind } from "../../schema/table.ts";
import { textOfUtf8 } from "../encoding/utf8.ts";
import { goQuote } from "../field-error.ts";
import { OPEN_OBJECT } from "../json/json-text.ts";
import { ownMember } from "../json/own-member.ts";
import { apiVersionOf, type KubeObject, parseApiVersion } from "../meta.ts";

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** How unknown and duplicate fields are treated: reported in warnings, refused, or ignored. */
export type FieldValidation = "Ignore" | "Warn" | "Strict";

export type DecodedBody =
  | { readonly ok: true; readonly object: KubeObject & Record<string, unknown>; readonly warnings: readonly string[] }
  /** The message of a 400 BadRequest. */
  | { readonly ok: false; readonly message: string };

/** The result of decoding a body as a struct; `strict` are the texts of strict decoding errors. */
export type ReadBody =
  | { readonly ok: true; readonly value: Record<string, unknown>; readonly strict: readonly string[] }
  | { readonly ok: false; readonly message: string };

export interface Acceptance {
  /** The stated kind; empty strings if absent. */
  readonly actual: GroupVersionKind;
  readonly expected: GroupVersionKind;
  readonly fieldValidation: FieldValidation;
}

/**
 * Decodes a body as the kind that it states, then checks whether that is the expected one: errors are reported in this
 * order.
 */
export function acceptKind(
  { actual: found, expected, fieldValidation }: Acceptance,
  read: (struct: Struct) => ReadBody,
): DecodedBody {
  const actual = withDefaults(found, expected);
  const refuse = (problem: string) => refused(actual, expected, problem);
  const version = versionRead(actual);
  const apiVersion = apiVersionOf(actual.group, version);
  const struct = structOfKind(apiVersion, actual.kind);
  if (!struct) return isLegacy(actual) ? mismatch(actual, expected) : refuse(notRegistered(actual));
  const body = read(struct);
  if (!body.ok) return refuse(body.message);
  if (fieldValidation === "Strict" && body.strict.length > 0) {
    return refuse(`strict decoding error: ${body.strict.join(", ")}`);
  }
  const another = anotherKind({ ...actual, version }, expected);
  if (another) return refuse(another);
  if (version !== expected.version) return mismatch(actual, expected);
  const typeMeta = { kind: actual.kind, apiVersion };
  const object = { ...typeMeta, ...body.value, ...typeMeta } as KubeObject & Record<string, unknown>;
  return { ok: true, object, warnings: fieldValidation === "Warn" ? body.strict : [] };
}

/** Evictions of the previous version are identical, and Kubernetes accepts both at the same path. */
const versionRead = ({ group, version, kind }: GroupVersionKind): string =>
  group === "policy" && version === "v1beta1" && kind === "Eviction" ? "v1" : version;

/** Why an object of one kind is not another, in the words of Go's conversions; versions of one kind are converted. */
export function anotherKind(actual: GroupVersionKind, expected: GroupVersionKind): string | undefined {
  if (actual.kind === expected.kind && actual.group === expected.group && actual.version === expected.version) return;
  const struct = structOfKind(apiVersionOf(actual.group, actual.version), actual.kind);
  if (!struct) return isLegacy(actual) ? undefined : notRegistered(actual);
  if (actual.kind === expected.kind && actual.group === expected.group) return;
  return `converting (${goTypeOf(struct, actual)}) to (${internalTypeOf(expected)}): unknown conversion`;
}

type FoundKind = ({ readonly ok: true } & GroupVersionKind) | { readonly ok: false; readonly message: string };

/** The kind stated in the object; empty strings if absent. */
export function kindIn(value: unknown): FoundKind {
  if (value === null) return { ok: true, group: "", version: "", kind: "" };
  const goType = `struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  const failed = (what: string): FoundKind => ({
    ok: false,
    message: `couldn't get version/kind; json parse error: json: cannot unmarshal ${what}`,
  });
  if (Array.isArray(value)) return failed(`array into Go value of type ${goType}`);
  if (typeof value !== "object") return failed(`${typeName(value)} into Go value of type ${goType}`);
  const { apiVersion = "", kind = "" } = value as { apiVersion?: unknown; kind?: unknown };
  for (const [name, member] of [
    ["apiVersion", apiVersion],
    ["kind", kind],
  ] as const) {
    if (member !== null && typeof member !== "string") {
      return failed(`${typeName(member)} into Go struct field .${name} of type string`);
    }
  }
  const text = typeof apiVersion === "string" ? apiVersion : "";
  if (text.split("/").length > 2) return { ok: false, message: `unexpected GroupVersion string: ${text}` };
  return { ok: true, ...parseApiVersion(text), kind: typeof kind === "string" ? kind : "" };
}

const typeName = (value: unknown) =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

export function withDefaults(actual: GroupVersionKind, expected: GroupVersionKind): GroupVersionKind {
  const isDefaulted = actual.version === "" && (actual.group === "" || actual.group === expected.group);
  return {
    kind: actual.kind || expected.kind,
    ...(isDefaulted
      ? { group: expected.group, version: expected.version }
      : { group: actual.group, version: actual.version }),
  };
}

/** Kinds of former group versions that Kubernetes still decodes, although it no longer serves them. */
const isLegacy = ({ group, version, kind }: GroupVersionKind) =>
  ownMember(legacyVersions, group)?.includes(version) === true && legacyKinds.has(kind);
const legacyVersions: Readonly<Record<string, readonly string[]>> = {
  extensions: ["v1beta1"],
  apps: ["v1beta1", "v1beta2"],
};
const legacyKinds = new Set([
  "DaemonSet",
  "Deployment",
  "Ingress",
  "NetworkPolicy",
  "ReplicaSet",
  "StatefulSet",
  "ControllerRevision",
]);

/** It cannot be decoded as the kind that it states. */
export const refused = (actual: GroupVersionKind, expected: GroupVersionKind, problem: string): DecodedBody => ({
  ok: false,
  message: `${actual.kind} in version ${goQuote(actual.version)} cannot be handled as a ${expected.kind}: ${problem}`,
});

/** It is of another version than expected. */
export const mismatch = (actual: GroupVersionKind, expected: GroupVersionKind): DecodedBody => ({
  ok: false,
  message: `the API version in the data (${apiVersionOf(actual.group, actual.version)}) does not match the expected API version (${apiVersionOf(expected.group, expected.version)})`,
});

export const notRegistered = (
  { group, version, kind }: GroupVersionKind,
  scheme = "pkg/api/legacyscheme/scheme.go:30",
): string =>
  `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersionOf(group, version))} in scheme "${scheme}"`;

const goTypeOf = (struct: Struct, { kind }: GroupVersionKind) => `${struct.declaration.source.version}.${kind}`;

/** Kubernetes' internal type: its package is named after the group, as in our schema. */
function internalTypeOf({ group, version, kind }: GroupVersionKind): string {
  const source = structOfKind(apiVersionOf(group, version), kind)?.declaration.source.name ?? group;
  return `${source.split(".")[0]}.${kind}`;
}

/** The error for a body without a kind. `summary` is its beginning. */
export const unrecognized = ({ kind }: GroupVersionKind, problem: string, summary: string): DecodedBody => ({
  ok: false,
  message: `the object provided is unrecognized (must be of type ${kind}): ${problem} (${summary})`,
});

const SUMMARY_BYTES = 30;

/** The beginning of a body, in hexadecimal unless it looks like JSON. */
export function summaryOfText(text: string): string {
  if (!text.startsWith("{")) return summaryOfBytes([...utf8Of(text.slice(0, SUMMARY_BYTES + 1).toWellFormed())]);
  return text.length > SUMMARY_BYTES ? `${text.slice(0, SUMMARY_BYTES)} ...` : text;
}

export function summaryOfBytes(bytes: ArrayLike<number>): string {
  if (bytes.length === 0) return "<empty>";
  if (bytes[0] === OPEN_OBJECT) return summaryOfText(textOfUtf8(Uint8Array.from(bytes)));
  const head = Array.from(bytes).slice(0, SUMMARY_BYTES);
  const hex = head.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return bytes.length > SUMMARY_BYTES ? `${hex} ...` : hex;
}

function* utf8Of(text: string): Generator<number> {
  for (const [, hex, char = ""] of encodeURIComponent(text).matchAll(/%(..)|(.)/gs)) {
    yield hex ? Number.parseInt(hex, 16) : char.charCodeAt(0);
  }
}

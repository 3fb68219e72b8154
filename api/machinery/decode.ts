/**
 * The body of a request → a draft object, or the text of the 400 that Kubernetes answers. What is expected is a kind;
 * what stands in the body decides how it is read (k8s.io/apimachinery/pkg/runtime/serializer).
 */
import { type Struct, structOfKind } from "../schema/table.ts";
import { decodeValidJson } from "./decode-json.ts";
import { yamlToJson } from "./decode-yaml.ts";
import { parseJson } from "./json-syntax.ts";
import { apiVersionOf, type KubeObject, parseApiVersion } from "./meta.ts";

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** How unknown and repeated fields are met: told in warnings, refused, or not noticed. */
export type FieldValidation = "Ignore" | "Warn" | "Strict";

export interface DecodeRequest {
  readonly text: string;
  readonly syntax: "json" | "yaml";
  readonly expected: GroupVersionKind;
  readonly fieldValidation: FieldValidation;
}

export type DecodedBody =
  | { readonly ok: true; readonly object: KubeObject & Record<string, unknown>; readonly warnings: readonly string[] }
  /** The message of a 400 BadRequest. */
  | { readonly ok: false; readonly message: string };

/** Decodes the body of a create or update of a built-in kind. */
export function decodeBody({ text, syntax, expected, fieldValidation }: DecodeRequest): DecodedBody {
  const read = readJson(text, syntax);
  if (!read.ok) return unrecognized(expected, read.message, text);
  const found = kindIn(read.value);
  if (!found.ok) return unrecognized(expected, found.message, text);
  const actual = withDefaults(found, expected);
  const refuse = (message: string): DecodedBody => ({
    ok: false,
    message: `${actual.kind} in version "${actual.version}" cannot be handled as a ${expected.kind}: ${message}`,
  });
  const apiVersion = apiVersionOf(actual.group, actual.version);
  const struct = structOfKind(apiVersion, actual.kind);
  if (!struct && !isServedElsewhere(actual)) return refuse(notRegistered(actual));
  if (!struct) return mismatch(actual, expected);
  const decoded = decodeValidJson(read.json, struct);
  if (!decoded.ok) return refuse(decoded.message);
  const strict = [...read.duplicates, ...decoded.strict];
  if (fieldValidation === "Strict" && strict.length > 0) return refuse(`strict decoding error: ${strict.join(", ")}`);
  if (actual.kind !== expected.kind || actual.group !== expected.group) {
    return refuse(`converting (${goTypeOf(struct, actual)}) to (${internalTypeOf(expected)}): unknown conversion`);
  }
  if (actual.version !== expected.version) return mismatch(actual, expected);
  const typeMeta = { kind: actual.kind, apiVersion };
  const object = { ...typeMeta, ...decoded.value, ...typeMeta } as unknown as KubeObject & Record<string, unknown>;
  return { ok: true, object, warnings: fieldValidation === "Warn" ? strict : [] };
}

type ReadJson =
  | { readonly ok: true; readonly json: string; readonly value: unknown; readonly duplicates: readonly string[] }
  | { readonly ok: false; readonly message: string };

function readJson(text: string, syntax: "json" | "yaml"): ReadJson {
  const converted = syntax === "yaml" ? yamlToJson(text) : { ok: true as const, json: text, duplicates: [] };
  if (!converted.ok) return converted;
  const parsed = parseJson(converted.json);
  if (!parsed.ok) return { ok: false, message: `couldn't get version/kind; json parse error: ${parsed.message}` };
  return { ...converted, value: parsed.value };
}

type FoundKind = ({ readonly ok: true } & GroupVersionKind) | { readonly ok: false; readonly message: string };

/** What the object says it is; the empty string where it says nothing. */
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
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : (typeof value as string);

function withDefaults(actual: GroupVersionKind, expected: GroupVersionKind): GroupVersionKind {
  const saysNothing = actual.version === "" && (actual.group === "" || actual.group === expected.group);
  return {
    kind: actual.kind || expected.kind,
    ...(saysNothing
      ? { group: expected.group, version: expected.version }
      : { group: actual.group, version: actual.version }),
  };
}

/** Kinds of older group versions that Kubernetes still knows how to read, though it serves none of them. */
const isServedElsewhere = ({ group, version, kind }: GroupVersionKind) =>
  (legacyVersions[group] ?? []).includes(version) && [...legacyKinds].some((name) => name === kind);
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

const mismatch = (actual: GroupVersionKind, expected: GroupVersionKind): DecodedBody => ({
  ok: false,
  message: `the API version in the data (${apiVersionOf(actual.group, actual.version)}) does not match the expected API version (${apiVersionOf(expected.group, expected.version)})`,
});

export const notRegistered = (
  { group, version, kind }: GroupVersionKind,
  scheme = "pkg/api/legacyscheme/scheme.go:30",
): string => `no kind "${kind}" is registered for version "${apiVersionOf(group, version)}" in scheme "${scheme}"`;

const goTypeOf = (struct: Struct, { kind }: GroupVersionKind) => `${struct.declaration.source.version}.${kind}`;

/** Kubernetes' internal type: its package is named for the group, as our schema names it. */
function internalTypeOf({ group, version, kind }: GroupVersionKind): string {
  const source = structOfKind(apiVersionOf(group, version), kind)?.declaration.source.name ?? group;
  return `${source.split(".")[0]}.${kind}`;
}

const SUMMARY_BYTES = 30;

function unrecognized({ kind }: GroupVersionKind, problem: string, text: string): DecodedBody {
  return {
    ok: false,
    message: `the object provided is unrecognized (must be of type ${kind}): ${problem} (${summaryOf(text)})`,
  };
}

/** The head of the body, in hexadecimal unless it looks like JSON. */
function summaryOf(text: string): string {
  if (text === "") return "<empty>";
  const bytes = utf8Head(text);
  const isLong = bytes.length > SUMMARY_BYTES;
  const head = bytes.slice(0, SUMMARY_BYTES);
  if (text.startsWith("{")) return isLong ? `${text.slice(0, SUMMARY_BYTES)} ...` : text;
  const hex = head.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return isLong ? `${hex} ...` : hex;
}

/** The first bytes of a text, a few more than a summary shows. */
const utf8Head = (text: string): number[] => [
  ...unescapePercent(encodeURIComponent(text.slice(0, SUMMARY_BYTES + 1).toWellFormed())),
];

function* unescapePercent(escaped: string): Generator<number> {
  for (const [, hex, char = ""] of escaped.matchAll(/%(..)|(.)/g))
    yield hex ? Number.parseInt(hex, 16) : char.charCodeAt(0);
}

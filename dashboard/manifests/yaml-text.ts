/**
 * Objects as YAML for reading and editing: YAML 1.1, as the API server and kubectl read it, where `0400` is octal and
 * `yes` is true.
 */
import { Document, Scalar, visit } from "yaml";
import { isJsonObject } from "../../api/machinery/json/json-object.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { readYaml } from "../../api/machinery/yaml/decode-yaml.ts";

/**
 * Characters that control the direction of text, with which a line can read as something that it does not say, and
 * those that YAML does not allow as they are.
 */
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u007f-\u0084\u0086-\u009f\ufffe\uffff]/g;

/** A number to the API server, and text to the library. */
const OCTAL = /^[-+]?0o[0-7]+$/;

const MASK = "••••••••";

/** managedFields are long bookkeeping, which nobody edits. */
export function yamlOf(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject["metadata"] & { managedFields?: unknown };
  const { apiVersion, kind, metadata: __, ...rest } = object;
  return yamlText({ apiVersion, kind, metadata, ...rest });
}

/** Any value as YAML, with control characters escaped. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      const { value } = node;
      if (typeof value === "string" && (OCTAL.test(value) || value.search(CONTROLS) >= 0))
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 }).replace(CONTROLS, escaped);
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A secret without its values, which kubectl's last-applied annotation contains as well. */
export function withMaskedData(object: KubeObject): KubeObject {
  const hide = (entries: unknown) =>
    entries && typeof entries === "object"
      ? Object.fromEntries(Object.keys(entries).map((key) => [key, MASK]))
      : entries;
  const { data, stringData, ...rest } = object as KubeObject & { data?: unknown; stringData?: unknown };
  const annotations = { ...rest.metadata.annotations };
  const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  if (annotations[LAST_APPLIED] !== undefined) annotations[LAST_APPLIED] = MASK;
  return {
    ...rest,
    metadata: { ...rest.metadata, ...(rest.metadata.annotations ? { annotations } : {}) },
    ...(data === undefined ? {} : { data: hide(data) }),
    ...(stringData === undefined ? {} : { stringData: hide(stringData) }),
  } as KubeObject;
}

export type Parsed = { readonly object: KubeObject } | { readonly problem: string };

/** A single object, or where the text is invalid; integers beyond 2^53 are bigints. */
export function parseObject(text: string): Parsed {
  const document = readDocument({ text, linesAbove: 0 });
  return "problem" in document ? document : asObject(document.value);
}

/** The objects of a text, in order, with the items of Lists in their places. */
export const parseObjects = (text: string): Parsed[] =>
  documentsOf(text).flatMap((part) => {
    const document = readDocument(part);
    return "problem" in document ? document : itemsOf(document.value).map(asObject);
  });

function readDocument({ text, linesAbove }: DocumentText): { readonly value: unknown } | { readonly problem: string } {
  const read = readYaml(text);
  const problem = read.ok ? read.duplicates[0] : read.message;
  if (read.ok && problem === undefined) return { value: read.value };
  return { problem: (problem ?? "").replace(/\bline (\d+):/g, (_, line) => `line ${Number(line) + linesAbove}:`) };
}

/** Of a List, as `kubectl get -o yaml` prints; of anything else itself. */
const itemsOf = (value: unknown): readonly unknown[] =>
  isJsonObject(value) && value.kind === "List" && Array.isArray(value.items) ? value.items : [value];

function asObject(value: unknown): Parsed {
  if (!isJsonObject(value)) return { problem: "This is no object." };
  const { apiVersion, kind, metadata } = value as Partial<KubeObject>;
  if (!apiVersion || !kind) return { problem: "An object says its apiVersion and its kind." };
  if (!metadata?.name) return { problem: `This ${kind} says no metadata.name.` };
  return { object: value as unknown as KubeObject };
}

interface DocumentText {
  readonly text: string;
  readonly linesAbove: number;
}

/** The documents of a text, separated by `---`; empty ones are dropped. */
export function documentsOf(text: string): DocumentText[] {
  let linesAbove = 0;
  return text.split(/^---(?:[ \t].*)?$/m).flatMap((part) => {
    const document = { text: part, linesAbove };
    linesAbove += part.split("\n").length - 1;
    return part.replace(/^[ \t]*#.*$/gm, "").trim() === "" ? [] : document;
  });
}

/** Objects as YAML for reading and editing. */
import { Document, parse, Scalar, visit } from "yaml";
import { errorMessage } from "../../api/error-message.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

/** Characters that control the direction of text: a line with them can read as something that it does not say. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const MASK = "••••••••";

/** managedFields are long bookkeeping, which nobody edits. */
export function yamlOf(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject["metadata"] & { managedFields?: unknown };
  const { apiVersion, kind, metadata: __, ...rest } = object;
  return yamlText({ apiVersion, kind, metadata, ...rest });
}

/** Any value as YAML, with bidirectional control characters escaped. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && node.value.search(BIDI_CONTROLS) >= 0) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 }).replace(BIDI_CONTROLS, escaped);
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

/** A single object, or where the text is invalid. */
export function parseObject(text: string): Parsed {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return { problem: errorMessage(error) };
  }
  const object = value as Partial<KubeObject> | null;
  if (typeof object !== "object" || object === null || Array.isArray(object)) return { problem: "This is no object." };
  if (!object.apiVersion || !object.kind) return { problem: "An object says its apiVersion and its kind." };
  if (!object.metadata?.name) return { problem: `This ${object.kind} says no metadata.name.` };
  return { object: object as KubeObject };
}

/** The documents of a text, separated by `---`; empty ones are dropped. */
export const documentsOf = (text: string): string[] =>
  text.split(/^---(?:[ \t].*)?$/m).filter((document) => document.replace(/^[ \t]*#.*$/gm, "").trim() !== "");

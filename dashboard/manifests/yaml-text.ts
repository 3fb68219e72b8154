/** Objects as YAML to read and to edit. */
import { Document, parse, Scalar, visit } from "yaml";
import type { KubeObject } from "../../api/machinery/meta.ts";

/** They make a text look as if it said something else: a reviewer must see them. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const MASK = "••••••••";

/** Field ownership is the API server's bookkeeping: long, and nothing that one edits. */
export function yamlOf(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject["metadata"] & { managedFields?: unknown };
  const { apiVersion, kind, metadata: __, ...rest } = object;
  return yamlText({ apiVersion, kind, metadata, ...rest });
}

/** Any value as YAML; what turns the direction of text is written as an escape. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && node.value.search(TURNING) >= 0) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 }).replace(TURNING, escaped);
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A secret without its values. kubectl's record of the last apply holds them too. */
export function masked(object: KubeObject): KubeObject {
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

/** One object, or where the text goes wrong. */
export function parseObject(text: string): Parsed {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const object = value as Partial<KubeObject> | null;
  if (typeof object !== "object" || object === null || Array.isArray(object)) return { problem: "This is no object." };
  if (!object.apiVersion || !object.kind) return { problem: "An object says its apiVersion and its kind." };
  if (!object.metadata?.name) return { problem: `This ${object.kind} says no metadata.name.` };
  return { object: object as KubeObject };
}

/** The documents of a text, divided by `---`; empty ones are left out. */
export const documentsOf = (text: string): string[] =>
  text.split(/^---(?:[ \t].*)?$/m).filter((document) => document.replace(/^[ \t]*#.*$/gm, "").trim() !== "");

/** Completions at the cursor, from the API server's own schema. */
import { type FieldSchema, type OpenApiDocument, resolveReference, schemaAt, schemaOfKind } from "./open-api.ts";
import { placeOf, type YamlPlace } from "./yaml-place.ts";

export interface Completion {
  readonly label: string;
  /** Replaces the word before the cursor. */
  readonly insert: string;
  /** `string`, `[]Container` */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

export interface Completions {
  /** Characters before the cursor that are replaced. */
  readonly replaces: number;
  readonly options: readonly Completion[];
}

const NONE: Completions = { replaces: 0, options: [] };
const MAX_OFFERED = 40;

export function completionsAt(text: string, offset: number, document: OpenApiDocument): Completions {
  const place = placeOf(text, offset);
  const root = place && schemaOfKind(document, place.apiVersion, place.kind);
  if (!place || !root) return NONE;
  const options = place.key === undefined ? keysAt(document, root, place) : valuesAt(document, root, place);
  const word = place.word.toLowerCase();
  const fitting = options
    .filter(({ label }) => label.toLowerCase().includes(word))
    .sort((a, b) => Number(b.label.toLowerCase().startsWith(word)) - Number(a.label.toLowerCase().startsWith(word)));
  // A complete word needs no completion.
  if (fitting.length === 1 && fitting[0]?.label === place.word) return NONE;
  return { replaces: place.word.length, options: fitting.slice(0, MAX_OFFERED) };
}

function keysAt(document: OpenApiDocument, root: FieldSchema, { path, indent, siblings }: YamlPlace): Completion[] {
  const schema = schemaAt(document, root, path);
  const fields = Object.entries(schema?.properties ?? {}).filter(([key]) => !siblings.has(key));
  const required = new Set(schema?.required);
  return fields
    .map(([key, field]) => {
      const meant = resolveReference(document, field);
      return {
        label: key,
        insert: `${key}:${afterKey(meant, indent)}`,
        type: typeOf(field, meant),
        required: required.has(key),
        description: meant.description ?? "",
      };
    })
    .sort((a, b) => Number(b.required) - Number(a.required));
}

function afterKey({ type, properties, additionalProperties }: FieldSchema, indent: number): string {
  if (type === "array") return `\n${" ".repeat(indent + 2)}- `;
  return type === "object" || properties || additionalProperties ? `\n${" ".repeat(indent + 2)}` : " ";
}

function valuesAt(document: OpenApiDocument, root: FieldSchema, { path, key = "" }: YamlPlace): Completion[] {
  const schema = schemaAt(document, root, [...path, key]);
  const values = schema?.type === "boolean" ? ["true", "false"] : (schema?.enum ?? []).map(String);
  return values.map((value) => ({
    label: value,
    insert: value,
    type: "",
    required: false,
    description: schema?.description ?? "",
  }));
}

function typeOf(field: FieldSchema, meant: FieldSchema): string {
  if (meant.type === "array") return `[]${nameOf(meant.items) || meant.items?.type || ""}`;
  return nameOf(field) || meant.type || "";
}

/** `io.k8s.api.core.v1.Container` → `Container` */
const nameOf = (schema: FieldSchema | undefined): string => {
  const reference = schema?.$ref ?? schema?.allOf?.find(({ $ref }) => $ref)?.$ref ?? "";
  return reference.slice(reference.lastIndexOf(".") + 1);
};

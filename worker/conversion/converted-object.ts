/** Which changes a conversion webhook may make to an object (apiextensions-apiserver pkg/apiserver/conversion). */
import { isJsonObject, type JsonObject } from "../../api/machinery/json/json-object.ts";
import { validateAnnotations, validateLabels } from "../../api/machinery/labels-validation.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { errorsText } from "../../api/machinery/status.ts";

interface Expected {
  readonly original: KubeObject;
  readonly apiVersion: string;
}

type Checked = { readonly ok: true; readonly object: KubeObject } | { readonly ok: false; readonly problem: string };

/** Labels and annotations may change; other metadata is kept as it was, and the identifying fields must not differ. */
export function convertedObject(converted: unknown, { original, apiVersion }: Expected): Checked {
  const object = isJsonObject(converted) ? converted : {};
  const refuse = (problem: string): Checked => ({ ok: false, problem: `returned invalid ${problem}` });
  const version = textOf(object.apiVersion);
  if (version !== apiVersion)
    return refuse(`object at index 0: invalid groupVersion (expected ${apiVersion}, received ${version})`);
  const kind = textOf(object.kind);
  if (kind !== original.kind)
    return refuse(`object at index 0: invalid kind (expected ${original.kind}, received ${kind})`);
  const metadata = isJsonObject(object.metadata) ? object.metadata : undefined;
  for (const [field, what] of IDENTITY) {
    const [was, is] = [original.metadata[field] ?? "", textOf(metadata?.[field])];
    if (was !== is) return refuse(`object: must have the same ${what}: ${was} != ${is}`);
  }
  if (!metadata) return refuse("metadata: missing metadata in converted object");
  const problem =
    strangeMap(metadata, "labels") ?? strangeMap(metadata, "annotations") ?? invalidMaps(metadata, original);
  if (problem !== undefined) return refuse(`metadata: ${problem}`);
  const { labels: _, annotations: __, ...unchanged } = original.metadata;
  const { labels, annotations } = metadata as KubeObject["metadata"];
  const changed = { ...unchanged, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return { ok: true, object: { ...object, metadata: changed } as KubeObject };
}

const IDENTITY = [
  ["name", "name"],
  ["namespace", "namespace"],
  ["uid", "UID"],
] as const;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function strangeMap(metadata: JsonObject, field: "labels" | "annotations"): string | undefined {
  const map = metadata[field] ?? {};
  if (!isJsonObject(map)) return `invalid metadata.${field} of type ${goType(map)} in converted object`;
  for (const [key, value] of Object.entries(map))
    if (typeof value !== "string")
      return `metadata.${field}[${key}] must be a string, but is ${goType(value)} in converted object`;
  return undefined;
}

/** What was there before may be as wrong as it was. */
function invalidMaps(metadata: JsonObject, { metadata: original }: KubeObject): string | undefined {
  const { labels = {}, annotations = {} } = metadata as KubeObject["metadata"];
  const errors = [
    ...(sameMap(labels, original.labels) ? [] : validateLabels(labels, "metadata.labels")),
    ...(sameMap(annotations, original.annotations) ? [] : validateAnnotations(annotations, "metadata.annotation")),
  ];
  return errors.length === 0 ? undefined : errorsText(errors);
}

const sameMap = (
  next: Readonly<Record<string, string>> | null,
  old: Readonly<Record<string, string>> = {},
): boolean => {
  const keys = Object.keys(next ?? {});
  return keys.length === Object.keys(old).length && keys.every((key) => next?.[key] === old[key]);
};

function goType(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : typeof value === "object" ? "map[string]interface {}" : "string";
}

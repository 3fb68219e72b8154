/**
 * Query and path parameters of operations, and where documents declare them: those shared by all operations of a path,
 * with the path.
 */
import { isScalar } from "../../../api/schema/idl.ts";
import { findStruct } from "../../../api/schema/table.ts";
import type { OpenApiVersion, Schema } from "./schemas.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "query" | "path";
  readonly description: string;
  readonly type: "string" | "integer" | "boolean";
}

const query = (name: string, type: Parameter["type"], description: string): Parameter => ({
  name,
  in: "query",
  description,
  type,
});

export const PRETTY = query("pretty", "string", "Indent the answer.");

const DRY_RUN = query("dryRun", "string", "With All, the request is processed completely but nothing is stored.");

export const WRITE: readonly Parameter[] = [
  DRY_RUN,
  query("fieldManager", "string", "The name under which the changed fields are owned."),
  query("fieldValidation", "string", "How to handle unknown and duplicate fields: Ignore, Warn or Strict."),
];

export const FORCE = query("force", "boolean", "Take over fields from other managers.");

export const RESOURCE_VERSION = query("resourceVersion", "string", "The minimum revision of the answer.");

const SELECTION: readonly Parameter[] = [
  query("continue", "string", "Continue the list that an earlier answer began."),
  query("fieldSelector", "string", "Select objects by fields."),
  query("labelSelector", "string", "Select objects by labels."),
  query("limit", "integer", "The maximum number of objects in one answer."),
  RESOURCE_VERSION,
  query("resourceVersionMatch", "string", "How resourceVersion is applied: Exact or NotOlderThan."),
  query("sendInitialEvents", "boolean", "Begin a watch with the current state."),
  query("shardSelector", "string", "A share of the objects. Behind a disabled feature gate."),
  query("timeoutSeconds", "integer", "The maximum duration of a list or watch, in seconds."),
];

export const LIST: readonly Parameter[] = [
  query("allowWatchBookmarks", "boolean", "Send bookmarks from time to time."),
  ...SELECTION,
  query("watch", "boolean", "Watch for changes instead of listing."),
];

export const DELETE: readonly Parameter[] = [
  DRY_RUN,
  query("gracePeriodSeconds", "integer", "The grace period in seconds; 0 deletes immediately."),
  query("ignoreStoreReadErrorWithClusterBreakingPotential", "boolean", "Delete only objects that cannot be read."),
  query("orphanDependents", "boolean", "Keep dependents. Deprecated: use propagationPolicy."),
  query("propagationPolicy", "string", "What happens to dependents: Orphan, Background or Foreground."),
];

export const DELETE_COLLECTION: readonly Parameter[] = [...DELETE, ...SELECTION];

export const pathParameter = (name: string, description: string): Parameter => ({
  name,
  in: "path",
  description,
  type: "string",
});

const TYPES: Readonly<Record<string, Parameter["type"]>> = { bool: "boolean", int32: "integer", int64: "integer" };

/**
 * The options of a stream, such as PodExecOptions, which are passed in its URL. Times are left out, as in Kubernetes.
 */
export const optionsOf = (kind: string): readonly Parameter[] =>
  [...(findStruct(`core.v1.${kind}`)?.fields.values() ?? [])]
    .filter(({ number, type }) => number > 0 && type !== "Time" && isScalar(type))
    .map(({ name, type }) => query(name, TYPES[type] ?? "string", `As in ${kind}.`));

const byName = (a: Parameter, b: Parameter) => (a.name === b.name ? (a.in < b.in ? -1 : 1) : a.name < b.name ? -1 : 1);
const keyOf = ({ name, in: place }: Parameter) => `${place} ${name}`;

/** Parameters shared by every operation are declared with the path. */
export function commonParameters(operations: readonly (readonly Parameter[])[]): readonly Parameter[] {
  const [first = [], ...others] = operations.map(
    (parameters) => new Map(parameters.map((each) => [keyOf(each), each])),
  );
  const common = [...first].filter(([key]) => others.every((other) => other.has(key)));
  return common.map(([, parameter]) => parameter).sort(byName);
}

export function renderParameters(
  parameters: readonly Parameter[],
  { except = [], version }: { except?: readonly Parameter[]; version: OpenApiVersion },
): readonly Schema[] {
  const left = new Set(except.map(keyOf));
  return [...parameters]
    .filter((parameter) => !left.has(keyOf(parameter)))
    .sort(byName)
    .map(({ name, in: place, description, type }) => ({
      name,
      in: place,
      description,
      ...(place === "path" ? { required: true } : {}),
      ...(version === 3 ? { schema: { type, uniqueItems: true } } : { type, uniqueItems: true }),
    }));
}

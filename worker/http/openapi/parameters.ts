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

export const PRETTY = query("pretty", "string", "Print the answer over several lines.");

const DRY_RUN = query("dryRun", "string", "With All, the request is processed in full and nothing is stored.");

export const WRITE: readonly Parameter[] = [
  DRY_RUN,
  query("fieldManager", "string", "Who makes this change, for the ownership of fields."),
  query("fieldValidation", "string", "What to do about unknown and repeated fields: Ignore, Warn or Strict."),
];

export const FORCE = query("force", "boolean", "Take fields over from other appliers.");

export const RESOURCE_VERSION = query("resourceVersion", "string", "The state that the answer is to show, at least.");

const SELECTION: readonly Parameter[] = [
  query("continue", "string", "Go on with the list that an earlier answer began."),
  query("fieldSelector", "string", "Only objects whose fields match."),
  query("labelSelector", "string", "Only objects whose labels match."),
  query("limit", "integer", "At most so many objects in one answer."),
  RESOURCE_VERSION,
  query("resourceVersionMatch", "string", "How resourceVersion is meant: Exact or NotOlderThan."),
  query("sendInitialEvents", "boolean", "Begin a watch with the state as it is."),
  query("shardSelector", "string", "Behind a gate that is closed: a share of the objects."),
  query("timeoutSeconds", "integer", "How long a list or watch may take."),
];

export const LIST: readonly Parameter[] = [
  query("allowWatchBookmarks", "boolean", "Tell from time to time how far a watch has come."),
  ...SELECTION,
  query("watch", "boolean", "Answer with the changes, as they happen."),
];

export const DELETE: readonly Parameter[] = [
  DRY_RUN,
  query("gracePeriodSeconds", "integer", "How long the object has to end; 0 deletes at once."),
  query(
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "boolean",
    "Delete what cannot be read, and no more than that.",
  ),
  query("orphanDependents", "boolean", "Dependents stay. Deprecated: use propagationPolicy."),
  query("propagationPolicy", "string", "What becomes of dependents: Orphan, Background, Foreground."),
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

/** The request that must have made a change, where the change says so. */
import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Moment } from "./history.ts";
import { conditionOf } from "./pods.ts";

export interface WrittenBy {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  /** Empty: the object itself. */
  readonly subresource: string;
}

export function writtenBy({ type, object, previous }: Moment): WrittenBy | undefined {
  if (type === "ADDED") return { operation: "CREATE", subresource: "" };
  if (!previous) return undefined;
  if (isBound(object) && !isBound(previous)) return { operation: "CREATE", subresource: "binding" };
  // An eviction is a create of its own: neither its condition nor the deletion is admitted by itself.
  if (isEvicted(object) && !isEvicted(previous)) return undefined;
  const wasEnding = previous.metadata.deletionTimestamp !== undefined;
  if (type === "DELETED" || (object.metadata.deletionTimestamp !== undefined && !wasEnding)) {
    // Its end may be that of a grace period or of a finalizer.
    return wasEnding || isEvicted(object) ? undefined : { operation: "DELETE", subresource: "" };
  }
  const changed = membersThatDiffer(object, previous);
  if (changed.length === 1 && changed[0] === "status") return { operation: "UPDATE", subresource: "status" };
  if (changed.includes("status") || isScaled(object, previous)) return undefined;
  // A second deletion changes the metadata, and a scale to what it was, or a status as it was, who owns it.
  if (changed.length === 0 && (wasEnding || isDeepStrictEqual(described(object), described(previous))))
    return undefined;
  return { operation: "UPDATE", subresource: "" };
}

const isEvicted = (object: KubeObject) => conditionOf(object, "DisruptionTarget")?.reason === "EvictionByEvictionAPI";

const described = ({ metadata }: KubeObject) => ({ ...metadata, managedFields: [], resourceVersion: "" });

/** The metadata is not among them. */
function membersThatDiffer(a: KubeObject, b: KubeObject): readonly string[] {
  const { metadata: _, ...first } = a as unknown as Record<string, unknown>;
  const { metadata: __, ...second } = b as unknown as Record<string, unknown>;
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...names].filter((name) => !isDeepStrictEqual(first[name], second[name]));
}

const specOf = (object: KubeObject) => (object as { spec?: Readonly<Record<string, unknown>> }).spec;
const isBound = (object: KubeObject) => specOf(object)?.nodeName !== undefined;

function isScaled(a: KubeObject, b: KubeObject): boolean {
  const rest = (object: KubeObject) => ({ ...specOf(object), replicas: 0 });
  return !isDeepStrictEqual(specOf(a), specOf(b)) && isDeepStrictEqual(rest(a), rest(b));
}

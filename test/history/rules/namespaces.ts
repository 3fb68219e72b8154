/** A namespace that is being deleted takes nothing new, and is gone when its content is. */
import type { Moment, Rule } from "../history.ts";

export const namespaces = (): Rule => {
  const ending = new Set<string>();
  return function* (moment) {
    if (moment.resource === "namespaces") {
      yield* ofNamespace(moment, ending);
      return;
    }
    const { namespace } = moment.object.metadata;
    // Events are allowed to come late.
    if (namespace === undefined || moment.resource === "events" || moment.type !== "ADDED") return;
    if (ending.has(namespace)) yield "its namespace was being deleted, or is gone";
  };
};

function* ofNamespace({ type, object, before }: Moment, ending: Set<string>): Iterable<string> {
  const { name, deletionTimestamp } = object.metadata;
  if (type === "ADDED") ending.delete(name);
  if (deletionTimestamp) ending.add(name);
  if (type !== "DELETED") return;
  for (const resource of before.resources)
    if (resource !== "events")
      for (const left of before.all(resource, name)) yield `${resource} ${left.metadata.name} was still in it`;
}

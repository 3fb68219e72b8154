/** What a manager without force applies never changes a field of another manager. */
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { about, type Rule } from "../history.ts";

/** Managers of a walk who apply without force. */
const isPolite = (manager: string) => manager.startsWith("polite");

export const fieldOwners = (): Rule =>
  about("configmaps", function* ({ object, previous, type }) {
    for (const [key, owners] of ownersOf(object))
      if (object.data?.[key] === undefined) yield `${owners} own ${key}, which is not there`;
    if (!previous || type !== "MODIFIED") return;
    const before = ownersOf(previous);
    for (const [key, owners] of ownersOf(object)) {
      if (object.data?.[key] === previous.data?.[key]) continue;
      // Whoever changes a value is its only owner then.
      const [writer = ""] = owners;
      if (owners.length > 1) yield `${owners} own ${key}, which has changed`;
      const others = (before.get(key) ?? []).filter((owner) => owner !== writer);
      if (isPolite(writer) && others.length > 0) yield `${writer} changed ${key} of ${others}`;
    }
  });

function ownersOf({ metadata }: KubeObject): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const { manager = "", fieldsV1 } of metadata.managedFields ?? []) {
    const { "f:data": data = {} } = (fieldsV1 ?? {}) as { "f:data"?: object };
    for (const field of Object.keys(data)) {
      if (!field.startsWith("f:")) continue;
      const key = field.slice(2);
      owners.set(key, [...(owners.get(key) ?? []), manager]);
    }
  }
  return owners;
}

import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { membersOf } from "../../../api/machinery/json/json-object.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";

/**
 * Replaces the draft's contents in place with `next`, because the request continues with the same draft. Returns
 * whether that changed it.
 */
export function replaceDraft(draft: KubeObject, next: KubeObject): boolean {
  if (deepEqual(draft, next)) return false;
  const members = membersOf(draft);
  for (const name of Object.keys(members)) delete members[name];
  Object.assign(draft, next);
  return true;
}

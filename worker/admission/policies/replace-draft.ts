import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { membersOf } from "../../../api/machinery/json/json-object.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";

/** The draft belongs to the request's path, which goes on with it: its contents become `next`. Whether that changed it. */
export function replaceDraft(draft: KubeObject, next: KubeObject): boolean {
  if (deepEqual(draft, next)) return false;
  const members = membersOf(draft);
  for (const name of Object.keys(members)) delete members[name];
  Object.assign(draft, next);
  return true;
}

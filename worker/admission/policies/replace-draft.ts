import { deepEqual } from "../../../api/machinery/deep-equal.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { AdmissionRequest } from "../plugin.ts";

/** The draft belongs to the request's path, which goes on with it: its contents become `next`. Whether that changed it. */
export function replaceDraft({ object }: AdmissionRequest, next: KubeObject): boolean {
  const draft = object as unknown as Record<string, unknown>;
  if (deepEqual(draft, next)) return false;
  for (const key of Object.keys(draft)) delete draft[key];
  Object.assign(draft, next);
  return true;
}

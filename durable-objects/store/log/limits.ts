/** How much a store may hold (rule STORE-LIMIT). Pure. */
import type { StoreLimits } from "../../../api/store/store.ts";
import type { Usage } from "../tables/log-tables.ts";

/** Existing objects may outgrow the limit by this factor: deleting an object usually requires writing to it first. */
const SLACK = 1.1;

export const addUsage = (usage: Usage, growth: Usage): Usage => ({
  objects: usage.objects + growth.objects,
  bytes: usage.bytes + growth.bytes,
});

/** Why a commit of this growth is over the limit; undefined if it fits, and always if it shrinks the store. */
export function overLimit(usage: Usage, growth: Usage, limits: StoreLimits): string | undefined {
  const { objects, bytes } = addUsage(usage, growth);
  if (limits.objects !== undefined && growth.objects > 0 && objects > limits.objects) {
    return `objects: used ${usage.objects}, limited to ${limits.objects}`;
  }
  const bytesLimit = (limits.bytes ?? Number.POSITIVE_INFINITY) * (growth.objects > 0 ? 1 : SLACK);
  if (growth.bytes > 0 && bytes > bytesLimit) return `bytes: used ${usage.bytes}, limited to ${limits.bytes}`;
  return undefined;
}

/** How much a store may hold (rule STORE-LIMIT). Pure. */
import type { StoreLimits } from "../../../api/store.ts";

/** Living objects, and the characters of their texts; or how many more of both a commit makes. */
export interface Usage {
  readonly objects: number;
  readonly bytes: number;
}

/** What exists may outgrow the limit by so much: to end an object is, mostly, to write to it first. */
const SLACK = 1.1;

export const grown = (usage: Usage, growth: Usage): Usage => ({
  objects: usage.objects + growth.objects,
  bytes: usage.bytes + growth.bytes,
});

/** What is wrong with a commit that makes so many more; undefined where it fits, and always where it makes less. */
export function overLimit(usage: Usage, growth: Usage, limits: StoreLimits): string | undefined {
  const { objects, bytes } = grown(usage, growth);
  if (limits.objects !== undefined && growth.objects > 0 && objects > limits.objects) {
    return `objects: used ${usage.objects}, limited to ${limits.objects}`;
  }
  const bytesLimit = (limits.bytes ?? Number.POSITIVE_INFINITY) * (growth.objects > 0 ? 1 : SLACK);
  if (growth.bytes > 0 && bytes > bytesLimit) return `bytes: used ${usage.bytes}, limited to ${limits.bytes}`;
  return undefined;
}

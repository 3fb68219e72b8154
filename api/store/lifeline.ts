/** Whether an object that an identity depends on still exists. */
import type { KubeObject } from "../machinery/meta.ts";
import type { Lifeline } from "./store.ts";

/**
 * This long plus a second after its deletion was requested, an object no longer supports an identity, even if it
 * lingers.
 */
const DELETION_GRACE_MS = 60_000;

/** Whether the current object (its text, or undefined) is still the same one. `now` is ms since the epoch. */
export function stillExists({ uid }: Lifeline, text: string | undefined, now: number): boolean {
  if (text === undefined) return false;
  const { metadata } = JSON.parse(text) as KubeObject;
  if (metadata.uid !== uid) return false;
  const ends = metadata.deletionTimestamp;
  return ends === undefined || now < Date.parse(ends) + DELETION_GRACE_MS;
}

/** Whether an object that somebody's identity ends with still stands. */
import type { KubeObject } from "../machinery/meta.ts";
import type { Lifeline } from "../store.ts";

/** A second after an object's end has been asked for, and this much more, it gives nobody an identity though it may linger. */
const DELETION_GRACE_MS = 60_000;

/** Whether the object that stands there now (its text, or undefined) is still the one. `now` is ms since the epoch. */
export function holds({ uid }: Lifeline, text: string | undefined, now: number): boolean {
  if (text === undefined) return false;
  const { metadata } = JSON.parse(text) as KubeObject;
  if (metadata.uid !== uid) return false;
  const ends = metadata.deletionTimestamp;
  return ends === undefined || now < Date.parse(ends) + DELETION_GRACE_MS;
}

/** An object that somebody's identity ends with: a service account, and what a token of it is bound to. */
import type { KubeObject } from "./machinery/meta.ts";
import type { Key } from "./store.ts";

export interface Lifeline {
  readonly key: Key;
  readonly uid: string;
}

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

/** What has been written and not yet sent: looking something up elsewhere on the page does not lose it. */
import { effect } from "@preact/signals";
import { useState } from "preact/hooks";
import { token } from "../session.ts";

/** In memory only, since manifests may contain secrets; another user does not see them. */
const drafts = new Map<string, unknown>();
effect(() => {
  if (token.value === undefined) drafts.clear();
});

export const hasDraft = (key: string): boolean => drafts.has(key);

export const forgetDraft = (key: string): boolean => drafts.delete(key);

/** Like `useState`, for a value that outlives its view until it is forgotten. */
export function useDraft<T>(key: string, initial: () => T): readonly [T, (written: T) => void] {
  const [draft, setDraft] = useState(() => (drafts.has(key) ? (drafts.get(key) as T) : initial()));
  const write = (written: T) => {
    drafts.set(key, written);
    setDraft(written);
  };
  return [draft, write];
}

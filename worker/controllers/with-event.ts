import type { Effect, EventRecord } from "./controller.ts";

/** The effects with the event that is recorded once the last of them has succeeded. */
export const withEvent = (
  effects: readonly Effect[],
  { about, type, reason, message }: EventRecord,
): readonly Effect[] =>
  effects.map((effect, index) =>
    index === effects.length - 1 ? { ...effect, record: { about, success: { type, reason, message } } } : effect,
  );

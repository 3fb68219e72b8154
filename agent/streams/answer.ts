/** Where the answer to a request in one direction goes: a tunnel, or the link (docs/spec/node-link.md). */
import { responseOf } from "./refusal.ts";
import type { Tunnel } from "./tunnel.ts";

export type Answer = Pick<Tunnel, "signal" | "hasResponded" | "respond" | "send" | "close">;

const INTERNAL_ERROR = 1011;

/** A body that breaks off must not look complete. */
export function fail(answer: Answer, error: unknown): void {
  const isBreak = answer.hasResponded;
  if (!isBreak) answer.respond(responseOf(error));
  answer.close(isBreak ? INTERNAL_ERROR : undefined);
}

import type { Outcome } from "../../client/api-client.ts";

/** Throws unless the request succeeded. An object that is already gone counts as success. */
export function mustSucceed(outcome: Outcome<unknown>, what: string): void {
  if (outcome.ok || outcome.status.code === 404) return;
  throw new Error(`${what}: ${outcome.status.message ?? ""}`);
}

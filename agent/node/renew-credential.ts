/**
 * A node's credential is good for a year, and one that runs for longer must renew it in time: often, so that months of a control
 * plane that is away do no harm. Links that are open go on; what is asked next is asked with the new one.
 */
import type { Logger } from "../logger.ts";

const EVERY_MS = 7 * 24 * 3_600_000;
const RETRY_MS = 3_600_000;

interface Renewal {
  /** The credential in use. */
  readonly holder: { token: string };
  /** Trades a credential for the next, and keeps that for the node's next start. */
  readonly renew: (token: string) => Promise<string>;
  /** Answers false where the node has ended meanwhile. */
  readonly sleep: (ms: number) => Promise<boolean>;
  readonly log: Logger;
}

export async function renewCredential({ holder, renew, sleep, log }: Renewal): Promise<void> {
  for (let wait = EVERY_MS; await sleep(wait); ) {
    try {
      holder.token = await renew(holder.token);
      wait = EVERY_MS;
    } catch (error) {
      log.warn(`its credential could not be renewed, once more in an hour: ${(error as Error).message}`);
      wait = RETRY_MS;
    }
  }
}

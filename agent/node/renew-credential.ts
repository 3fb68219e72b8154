/**
 * A node's credential is valid for a year, and is renewed often, so that a control plane that is away for months does
 * no harm. Open links continue; later requests use the new one.
 */
import { errorMessage } from "../../api/error-message.ts";
import type { Logger } from "../logger.ts";

const EVERY_MS = 7 * 24 * 3_600_000;
const RETRY_MS = 3_600_000;

interface Renewal {
  /** The credential in use. */
  readonly holder: { token: string };
  /** Exchanges a credential for the next one, and keeps that for the node's next start. */
  readonly renew: (token: string) => Promise<string>;
  /** Resolves to false if the node has ended meanwhile. */
  readonly sleep: (ms: number) => Promise<boolean>;
  readonly log: Logger;
}

export async function renewCredential({ holder, renew, sleep, log }: Renewal): Promise<void> {
  for (let wait = EVERY_MS; await sleep(wait); ) {
    try {
      holder.token = await renew(holder.token);
      wait = EVERY_MS;
    } catch (error) {
      log.warn(`its credential could not be renewed, once more in an hour: ${errorMessage(error)}`);
      wait = RETRY_MS;
    }
  }
}

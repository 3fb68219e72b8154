/** One table of the kernel, kept as planned: each change one transaction, of what differs only. */
import type { Logger } from "../logger.ts";
import type { NftSession } from "./nft-session.ts";
import { type NftTable, renderChange, renderNone, renderWhole } from "./nft-table.ts";

export class KernelTable {
  readonly #log: Logger;
  readonly #nft: NftSession;
  #applied: NftTable | undefined;

  constructor(log: Logger, nft: NftSession) {
    this.#log = log;
    this.#nft = nft;
  }

  /** It was told of rules in this life of the agent. */
  get isKnown(): boolean {
    return this.#applied !== undefined;
  }

  /** Fails where the kernel refuses; it then has what it had before. */
  async apply(table: NftTable): Promise<void> {
    const before = this.#applied;
    const change = before === undefined ? renderWhole(table) : renderChange(before, table);
    if (change !== "") {
      try {
        await this.#nft.apply(change);
      } catch (error) {
        if (before === undefined) throw error;
        // Somebody else has changed them, or it is not known how much of the change was made.
        this.#log.warn(`the kernel's rules are written anew: ${(error as Error).message}`);
        this.#applied = undefined;
        await this.#nft.apply(renderWhole(table));
      }
    }
    this.#applied = table;
  }

  /** Takes it out of the kernel, where it was put there in this life of the agent. */
  async remove(): Promise<void> {
    const table = this.#applied;
    if (table === undefined) return;
    this.#applied = undefined;
    await this.#nft.apply(renderNone(table));
  }
}

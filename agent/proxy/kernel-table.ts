/** One table of the kernel, kept as planned: each change one transaction, of what differs only. */
import type { Logger } from "../logger.ts";
import type { NftSession } from "./nft-session.ts";
import { type NftTable, renderChange, renderWhole } from "./nft-table.ts";

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
        this.#log.warn(
          `the kernel's rules were changed by somebody else and are written anew: ${(error as Error).message}`,
        );
        this.#applied = undefined;
        await this.#nft.apply(renderWhole(table));
      }
    }
    this.#applied = table;
  }
}

/** One table in the kernel, kept as planned: each change is one transaction with only the differences. */
import { errorMessage } from "../../api/error-message.ts";
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

  /** Whether rules have been applied in this run of the agent. */
  get isKnown(): boolean {
    return this.#applied !== undefined;
  }

  /** Fails if the kernel refuses; it then keeps the previous rules. */
  async apply(table: NftTable): Promise<void> {
    const before = this.#applied;
    try {
      const change = before === undefined ? renderWhole(table) : renderChange(before, table);
      if (change !== "") await this.#nft.apply(change);
    } catch (error) {
      if (before === undefined) throw error;
      // Somebody else has changed them, or it is unknown how much of a change was applied.
      this.#log.warn(`the kernel's rules are written again: ${errorMessage(error)}`);
      this.#applied = undefined;
      await this.#nft.apply(renderWhole(table));
    }
    this.#applied = table;
  }

  /** Removes it from the kernel, if this run of the agent added it. */
  async remove(): Promise<void> {
    const table = this.#applied;
    if (table === undefined) return;
    this.#applied = undefined;
    await this.#nft.apply(renderNone(table));
  }
}

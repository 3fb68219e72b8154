/** Applies the planned NetworkPolicy rules to the kernel. */
import type { Logger } from "../logger.ts";
import { KernelTable } from "../proxy/kernel-table.ts";
import type { NftSession } from "../proxy/nft-session.ts";
import { renderPolicies } from "./nft.ts";
import { type PolicyFacts, planPolicies } from "./plan.ts";

export class KernelPolicies {
  readonly #tables: readonly [KernelTable, KernelTable];

  constructor(log: Logger, nft: NftSession) {
    this.#tables = [new KernelTable(log, nft), new KernelTable(log, nft)];
  }

  /** Fails if the kernel refuses; it then keeps the previous rules. */
  async apply(facts: PolicyFacts): Promise<void> {
    for (const [i, rules] of planPolicies(facts).entries()) {
      const table = this.#tables[i];
      // A kernel without IPv6 refuses even an empty table.
      if (table === undefined || (rules.family === 6 && rules.gates.length === 0 && !table.isKnown)) continue;
      await table.apply(renderPolicies(rules));
    }
  }
}

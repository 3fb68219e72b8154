/** Keeps the kernel's rules as planned: each change one transaction, of what differs only. */
import type { Logger } from "../logger.ts";
import { hasProgram, run } from "../network/command.ts";
import { type NftOptions, renderTable } from "./nft.ts";
import { type NftTable, renderChange, renderWhole } from "./nft-table.ts";
import type { FamilyRules, RuleSet } from "./rule-set.ts";
import { staleFlows } from "./stale-flows.ts";

interface Applied {
  readonly rules: FamilyRules;
  readonly table: NftTable;
}

const isEmpty = ({ doors, podRanges }: FamilyRules): boolean => doors.length === 0 && podRanges.length === 0;

/** Why this machine cannot have rules; undefined where it can. */
export function whyNoKernelProxy(): string | undefined {
  if (process.platform !== "linux") return "only Linux leads Services in the kernel";
  if (process.getuid?.() !== 0) return "the agent does not run as root";
  if (!hasProgram("nft")) return "nft is missing (nftables)";
  return undefined;
}

export class KernelProxy {
  readonly #log: Logger;
  readonly #applied = new Map<number, Applied>();
  readonly #forgets = hasProgram("conntrack");

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Fails where the kernel refuses; it then has what it had before. */
  async apply(rules: RuleSet, options: NftOptions): Promise<void> {
    for (const family of [rules.v4, rules.v6]) await this.#applyFamily(family, options);
  }

  async #applyFamily(rules: FamilyRules, options: NftOptions): Promise<void> {
    const before = this.#applied.get(rules.family);
    // A kernel without IPv6 refuses even an empty table.
    if (before === undefined && isEmpty(rules)) return;
    const table = renderTable(rules, options);
    const change = before === undefined ? renderWhole(table) : renderChange(before.table, table);
    if (change !== "") {
      try {
        await run("nft", ["-f", "-"], change);
      } catch (error) {
        if (before === undefined) throw error;
        this.#log.warn(
          `the kernel's rules were changed by somebody else and are written anew: ${(error as Error).message}`,
        );
        this.#applied.delete(rules.family);
        await run("nft", ["-f", "-"], renderWhole(table));
      }
    }
    this.#applied.set(rules.family, { rules, table });
    if (before !== undefined && this.#forgets)
      for (const words of staleFlows(before.rules, rules)) await run("conntrack", words).catch(() => {});
  }
}

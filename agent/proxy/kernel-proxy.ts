/** Applies the planned Service rules to the kernel. */
import { availableParallelism } from "node:os";
import { hasProgram, run } from "../command.ts";
import type { Logger } from "../logger.ts";
import { setConnectionMemory } from "./connection-memory.ts";
import { KernelTable } from "./kernel-table.ts";
import { type NftOptions, renderTable } from "./nft.ts";
import type { NftSession } from "./nft-session.ts";
import type { Family, FamilyRules, RuleSet } from "./rule-set.ts";
import { mayLeaveFlows, staleFlows } from "./stale-flows.ts";

const isEmpty = ({ frontends, podRanges }: FamilyRules): boolean => frontends.length === 0 && podRanges.length === 0;

/** Why this machine cannot have rules; undefined if it can. */
export function whyNoKernelProxy(): string | undefined {
  if (process.platform !== "linux") return "only Linux leads Services in the kernel";
  if (process.getuid?.() !== 0) return "the agent does not run as root";
  if (!hasProgram("nft")) return "nft is missing (nftables)";
  return undefined;
}

export class KernelProxy {
  readonly #tables: Readonly<Record<Family, KernelTable>>;
  readonly #applied = new Map<Family, FamilyRules>();
  readonly #hasConntrack = hasProgram("conntrack");

  constructor(log: Logger, nft: NftSession) {
    setConnectionMemory(availableParallelism());
    this.#tables = { 4: new KernelTable(log, nft), 6: new KernelTable(log, nft) };
  }

  /** Fails if the kernel refuses; it then keeps the previous rules. */
  async apply(rules: RuleSet, options: NftOptions): Promise<void> {
    for (const family of [rules.v4, rules.v6]) await this.#applyFamily(family, options);
  }

  async #applyFamily(rules: FamilyRules, options: NftOptions): Promise<void> {
    const before = this.#applied.get(rules.family);
    // A kernel without IPv6 refuses even an empty table.
    if (before === undefined && isEmpty(rules)) return;
    await this.#tables[rules.family].apply(renderTable(rules, options));
    this.#applied.set(rules.family, rules);
    if (!this.#hasConntrack || (before !== undefined && !mayLeaveFlows(before, rules))) return;
    const stale = staleFlows(await listFlows(rules.family), rules, before);
    // It fails if there is nothing to delete any more.
    for (const words of stale) await run("conntrack", words).catch(() => {});
  }
}

/** The UDP flows that the kernel tracks. */
const listFlows = (family: Family): Promise<string> =>
  run("conntrack", ["-L", "-f", family === 6 ? "ipv6" : "ipv4", "-p", "udp"]).catch(() => "");

/** An nftables table as data, and the transaction that turns one state of it into another. */

import { createHash } from "node:crypto";

export interface NftChain {
  /** Of a base chain: `type nat hook prerouting priority dstnat;` */
  readonly hook?: string;
  readonly rules: readonly string[];
}

export interface NftSet {
  readonly kind: "set" | "map";
  /** `type ipv4_addr; flags interval;` */
  readonly declaration: string;
  /** Value by key; sets have empty values. Absent: the kernel fills it, and its elements are left alone. */
  readonly elements?: ReadonlyMap<string, string>;
}

export interface NftTable {
  readonly family: "ip" | "ip6";
  readonly name: string;
  readonly chains: ReadonlyMap<string, NftChain>;
  readonly sets: ReadonlyMap<string, NftSet>;
}

/** nft allows names of 255 characters; port names and suffixes are added to this. */
const MAX_ID_LENGTH = 180;

/** Turns an id into a name that nft accepts. */
export function nameOf(prefix: string, id: string): string {
  const short = id.length <= MAX_ID_LENGTH ? id : createHash("sha256").update(id).digest("hex");
  return `${prefix}-${short.replaceAll(":", ".")}`;
}

/** Builds a table. */
export class TableBuilder {
  readonly chains = new Map<string, NftChain>();
  readonly sets = new Map<string, NftSet>();

  chain(name: string, rules: readonly string[], hook?: string): void {
    this.chains.set(name, { rules, ...(hook !== undefined && { hook }) });
  }

  /** Adds parts that were built separately. */
  add({ chains, sets }: Pick<TableBuilder, "chains" | "sets">): void {
    for (const [name, chain] of chains) this.chains.set(name, chain);
    for (const [name, set] of sets) this.sets.set(name, set);
  }

  set(name: string, declaration: string, keys: Iterable<string>): void {
    this.sets.set(name, { kind: "set", declaration, elements: new Map([...keys].map((key) => [key, ""])) });
  }

  map(name: string, declaration: string, elements: ReadonlyMap<string, string>): void {
    this.sets.set(name, { kind: "map", declaration, elements });
  }
}

const emptyOf = ({ family, name }: NftTable): NftTable => ({ family, name, chains: new Map(), sets: new Map() });
const sameRules = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((rule, i) => rule === b[i]);
const element = (kind: "set" | "map", [key, value]: readonly [string, string]): string =>
  kind === "map" ? `${key} : ${value}` : key;
const MAX_ELEMENTS = 500;

/** Deletes the kernel's table of that name, if there is one. */
export const renderNone = ({ family, name }: NftTable): string =>
  [`add table ${family} ${name}`, `delete table ${family} ${name}`].join("\n");

/** Replaces the kernel's table. */
export const renderWhole = (table: NftTable): string =>
  [renderNone(table), `add table ${table.family} ${table.name}`, renderChange(emptyOf(table), table)].join("\n");

/** Only the differences; "" if there are none. */
export function renderChange(before: NftTable, after: NftTable): string {
  const lines: string[] = [];
  const at = `${after.family} ${after.name}`;
  const renewed = (name: string): boolean => {
    const old = before.sets.get(name);
    return old === undefined || old.declaration !== after.sets.get(name)?.declaration;
  };
  for (const [name, { kind, declaration }] of after.sets) {
    if (!renewed(name)) continue;
    if (before.sets.has(name)) throw new Error(`${name} would change its kind: the whole table is to be replaced`);
    lines.push(`add ${kind} ${at} ${name} { ${declaration} }`);
  }
  for (const [name, { hook }] of after.chains)
    if (!before.chains.has(name)) lines.push(`add chain ${at} ${name}${hook === undefined ? "" : ` { ${hook} }`}`);

  for (const name of before.chains.keys()) if (!after.chains.has(name)) lines.push(`flush chain ${at} ${name}`);
  for (const [name, chain] of after.chains) {
    const { rules } = chain;
    const old = before.chains.get(name);
    if (old !== undefined && (old === chain || sameRules(old.rules, rules))) continue;
    if (old !== undefined && old.rules.length > 0) lines.push(`flush chain ${at} ${name}`);
    for (const rule of rules) lines.push(`add rule ${at} ${name} ${rule}`);
  }

  for (const [name, { kind, elements }] of after.sets) {
    if (elements === undefined) continue;
    const old = before.sets.get(name)?.elements ?? new Map<string, string>();
    const gone = [...old].filter(([key, value]) => elements.get(key) !== value);
    const added = [...elements].filter(([key, value]) => old.get(key) !== value);
    for (const some of inPortions(gone))
      lines.push(`delete element ${at} ${name} { ${some.map(([key]) => key).join(", ")} }`);
    for (const some of inPortions(added))
      lines.push(`add element ${at} ${name} { ${some.map((each) => element(kind, each)).join(", ")} }`);
  }

  for (const name of before.chains.keys()) if (!after.chains.has(name)) lines.push(`delete chain ${at} ${name}`);
  for (const [name, { kind }] of before.sets) if (!after.sets.has(name)) lines.push(`delete ${kind} ${at} ${name}`);
  return lines.join("\n");
}

function* inPortions<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < all.length; i += MAX_ELEMENTS) yield all.slice(i, i + MAX_ELEMENTS);
}

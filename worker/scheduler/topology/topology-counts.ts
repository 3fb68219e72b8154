/** Numbers by topology domain: the value of a node label. */
import type { NodeInfo } from "../cluster/node-info.ts";

export class TopologyCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** Adds to the node's domain; a node without the label is in none. */
  add(topologyKey: string, node: NodeInfo, amount: number): void {
    const value = node.labels[topologyKey];
    if (value === undefined || amount === 0) return;
    const domains = this.#counts.get(topologyKey) ?? new Map<string, number>();
    const next = (domains.get(value) ?? 0) + amount;
    if (next === 0) domains.delete(value);
    else domains.set(value, next);
    if (domains.size > 0) this.#counts.set(topologyKey, domains);
    else this.#counts.delete(topologyKey);
  }

  at(topologyKey: string, node: NodeInfo): number {
    const value = node.labels[topologyKey];
    return value === undefined ? 0 : (this.#counts.get(topologyKey)?.get(value) ?? 0);
  }

  /** Whether the node is in a domain with a positive number, for any label. */
  anyAt(node: NodeInfo): boolean {
    for (const [key, domains] of this.#counts)
      if ((domains.get(node.labels[key] ?? "") ?? 0) > 0 && key in node.labels) return true;
    return false;
  }

  total(node: NodeInfo): number {
    let sum = 0;
    for (const key of this.#counts.keys()) sum += this.at(key, node);
    return sum;
  }
}

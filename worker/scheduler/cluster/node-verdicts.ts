/**
 * Cached verdicts on each node for pods of one shape, by the plugins that look at a node alone; valid until the node
 * changes. Of a thousand nodes, only the one that the last pod went to must be evaluated again for its equals.
 */

import type { NodeFilter, Refusal } from "./node-filter.ts";
import type { NodeInfo } from "./node-info.ts";

export interface PreparedFilter {
  /** The plugin's name. */
  readonly plugin: string;
  readonly filter: NodeFilter;
}

interface NodeScore {
  readonly weight: number;
  readonly score: (node: NodeInfo) => number;
}

export class NodeVerdicts {
  readonly filters: readonly PreparedFilter[];
  readonly #scores: readonly NodeScore[];
  /** By the node's index in the cluster's order: its version at the time, and the verdict. */
  readonly #versions: Float64Array;
  readonly #refusals: (Refusal | undefined)[];
  readonly #totals: Float64Array;

  /** `nodes`: how many are cached; 0 for a shape that few pods have. */
  constructor(filters: readonly PreparedFilter[], scores: readonly NodeScore[], nodes: number) {
    this.filters = filters;
    this.#scores = scores;
    this.#versions = new Float64Array(nodes).fill(-1);
    this.#refusals = new Array(nodes);
    this.#totals = new Float64Array(nodes);
  }

  refusal(node: NodeInfo, place: number): Refusal | undefined {
    if (this.#versions[place] === node.version) return this.#refusals[place];
    const refusal = firstRefusal(node, this.filters);
    if (place < this.#versions.length) {
      this.#versions[place] = node.version;
      this.#refusals[place] = refusal;
      this.#totals[place] = refusal ? Number.NaN : this.#totalOf(node);
    }
    return refusal;
  }

  /** The weighted sum of the plugins' scores. */
  score(node: NodeInfo, place: number): number {
    const known = this.#versions[place] === node.version ? (this.#totals[place] ?? Number.NaN) : Number.NaN;
    return Number.isNaN(known) ? this.#totalOf(node) : known;
  }

  #totalOf(node: NodeInfo): number {
    let total = 0;
    for (const { weight, score } of this.#scores) total += weight * score(node);
    return total;
  }
}

export function firstRefusal(node: NodeInfo, filters: readonly PreparedFilter[]): Refusal | undefined {
  for (const { filter } of filters) {
    const refusal = filter.check(node);
    if (refusal) return refusal;
  }
  return undefined;
}

/**
 * How many pods of each node match a selector, kept current pod by pod: asking again for the same selector, as every
 * replica of a workload does, looks at no pod.
 */
import type { NodeInfo } from "./node-info.ts";
import type { PodFacts } from "./pod-facts.ts";

export interface PodMatcher {
  /** Equal for equal matchers. */
  readonly id: string;
  readonly matches: (pod: PodFacts) => boolean;
}

type Counts = Map<NodeInfo, number>;

interface Counter {
  readonly matcher: PodMatcher;
  readonly counts: Counts;
  /** By topology key, the counts by that label's values, computed on first use. */
  readonly domains: Map<string, Map<string, number>>;
}

/** Selectors that are kept current; the least recently used is dropped first. */
const REMEMBERED = 128;

export class PodCounts {
  readonly #counters = new Map<string, Counter>();

  of(matcher: PodMatcher, nodes: readonly NodeInfo[]): ReadonlyMap<NodeInfo, number> {
    return this.#counter(matcher, nodes).counts;
  }

  /** By the value of a label; nodes without it are left out. */
  byDomain(matcher: PodMatcher, topologyKey: string, nodes: readonly NodeInfo[]): ReadonlyMap<string, number> {
    const { counts, domains } = this.#counter(matcher, nodes);
    let sums = domains.get(topologyKey);
    if (!sums) {
      sums = new Map();
      domains.set(topologyKey, sums);
      for (const [node, count] of counts) addTo(sums, node.labels[topologyKey], count);
    }
    return sums;
  }

  #counter(matcher: PodMatcher, nodes: readonly NodeInfo[]): Counter {
    const known = this.#counters.get(matcher.id);
    const counter = known ?? { matcher, counts: countAll(matcher, nodes), domains: new Map() };
    this.#counters.delete(matcher.id);
    this.#counters.set(matcher.id, counter);
    const oldest = this.#counters.size > REMEMBERED ? this.#counters.keys().next().value : undefined;
    if (oldest !== undefined) this.#counters.delete(oldest);
    return counter;
  }

  count(pod: PodFacts, node: NodeInfo, sign: 1 | -1): void {
    for (const { matcher, counts, domains } of this.#counters.values()) {
      if (!matcher.matches(pod)) continue;
      for (const [key, sums] of domains) addTo(sums, node.labels[key], sign);
      const next = (counts.get(node) ?? 0) + sign;
      if (next > 0) counts.set(node, next);
      else counts.delete(node);
    }
  }

  /** Something other than pods that matchers depend on has changed. */
  forget(): void {
    this.#counters.clear();
  }
}

function addTo(sums: Map<string, number>, value: string | undefined, count: number): void {
  if (value !== undefined) sums.set(value, (sums.get(value) ?? 0) + count);
}

function countAll({ matches }: PodMatcher, nodes: readonly NodeInfo[]): Counts {
  const counts: Counts = new Map();
  for (const node of nodes) {
    let count = 0;
    for (const pod of node.pods.values()) if (matches(pod)) count++;
    if (count > 0) counts.set(node, count);
  }
  return counts;
}

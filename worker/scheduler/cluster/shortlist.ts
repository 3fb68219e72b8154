/**
 * The feasible nodes for a pod, with their scores: one list that is reused for each pod, since in a large cluster it
 * would be most of the garbage of placing one.
 */
import type { NodeInfo } from "./node-info.ts";

export class Shortlist {
  readonly #nodes: NodeInfo[] = [];
  #scores = new Float64Array(0);
  #length = 0;

  /** Empties the list, with room for this many. */
  begin(most: number): void {
    this.#length = 0;
    if (this.#scores.length < most) this.#scores = new Float64Array(most);
  }

  add(node: NodeInfo, score: number): void {
    this.#nodes[this.#length] = node;
    this.#scores[this.#length++] = score;
  }

  get length(): number {
    return this.#length;
  }

  /** Valid until the next pod. */
  get nodes(): readonly NodeInfo[] {
    this.#nodes.length = this.#length;
    return this.#nodes;
  }

  /** By index among the nodes; to be added to. */
  get scores(): Float64Array {
    return this.#scores;
  }
}

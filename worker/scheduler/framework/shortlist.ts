/**
 * The nodes that a pod may go to, with what each scores: one list, filled anew for each pod, since a large cluster's
 * would be most of the garbage of placing it.
 */
import type { NodeInfo } from "../cluster/node-info.ts";

export class Shortlist {
  readonly #nodes: NodeInfo[] = [];
  #scores = new Float64Array(0);
  #length = 0;

  /** Forgets what it holds; it will take so many. */
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

  /** Until the next pod's. */
  get nodes(): readonly NodeInfo[] {
    this.#nodes.length = this.#length;
    return this.#nodes;
  }

  /** By the place among the nodes; to be added to. */
  get scores(): Float64Array {
    return this.#scores;
  }
}

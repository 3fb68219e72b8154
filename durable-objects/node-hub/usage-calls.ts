/**
 * Asks nodes for their and their pods' resource usage. Recent answers are reused, and nodes that do not answer in time
 * are left out.
 */
import type { NodeUsage, UsageCall, UsageResponse } from "../../api/node/node-usage.ts";

/** metrics-server's resolution: within it, clients are given the same answer. */
const FRESH_MS = 15_000;
/** A node that has not been asked before measures for a second. */
const PATIENCE_MS = 3000;

export class UsageCalls {
  readonly #responses = new Map<string, NodeUsage>();
  readonly #waiting = new Map<string, (usage: NodeUsage) => void>();

  /** `send` sends a call to a node and returns whether it is connected. */
  async query(
    nodes: readonly string[],
    send: (node: string, call: UsageCall) => boolean,
    now: () => number,
  ): Promise<readonly NodeUsage[]> {
    const usages = await Promise.all(
      nodes.map((node) => {
        const known = this.#responses.get(node);
        return known && now() - known.at < FRESH_MS ? known : this.#call(node, send);
      }),
    );
    return usages.filter((usage) => usage !== undefined);
  }

  #call(node: string, send: (node: string, call: UsageCall) => boolean): Promise<NodeUsage | undefined> {
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      const finish = (usage: NodeUsage | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(usage);
      };
      const timer = setTimeout(() => finish(undefined), PATIENCE_MS);
      this.#waiting.set(id, finish);
      if (!send(node, { type: "usage", id })) finish(undefined);
    });
  }

  /** `node` is the sender: a node only answers for itself. */
  receive(node: string, { id, usage }: UsageResponse): void {
    const finish = this.#waiting.get(id);
    if (!finish || usage.node !== node) return;
    this.#responses.set(node, usage);
    finish(usage);
  }

  delete(node: string): void {
    this.#responses.delete(node);
  }
}

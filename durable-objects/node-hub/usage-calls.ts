/**
 * Asks nodes what they and their pods use, and gathers the answers. What was heard lately is not asked again, and who does not
 * answer in time is left out.
 */
import type { NodeUsage, UsageAnswer, UsageCall } from "../../api/node/node-usage.ts";

/** metrics-server's resolution: who asks more often is told the same. */
const FRESH_MS = 15_000;
/** A node that has not been asked before measures for a second. */
const PATIENCE_MS = 3000;

export class UsageCalls {
  readonly #heard = new Map<string, NodeUsage>();
  readonly #waiting = new Map<string, (usage: NodeUsage) => void>();

  /** `send` passes a call to a node, and answers whether it is there. */
  async ask(
    nodes: readonly string[],
    send: (node: string, call: UsageCall) => boolean,
    now: () => number,
  ): Promise<readonly NodeUsage[]> {
    const usages = await Promise.all(
      nodes.map((node) => {
        const known = this.#heard.get(node);
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

  /** `node` is who says it: nobody speaks for another. */
  answered(node: string, { id, usage }: UsageAnswer): void {
    const finish = this.#waiting.get(id);
    if (!finish || usage.node !== node) return;
    this.#heard.set(node, usage);
    finish(usage);
  }

  forget(node: string): void {
    this.#heard.delete(node);
  }
}

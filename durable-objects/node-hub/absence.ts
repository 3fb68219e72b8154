/**
 * Since when nodes have been away (LINK-LEFT): those whose link broke, and those that stopped polling. What is written
 * down survives the object's sleep.
 */
import type { Links } from "./links.ts";

/** Kubernetes' node-monitor-grace-period. */
export const GRACE_MS = 40_000;
/** Until a node is given up again (ms) if that failed: Kubernetes' node-monitor-period. */
const RETRY_MS = 5000;
const LEFT = "left:";
const LINKED = "linked:";
const POLLS = "polls:";

/** When a node left (ms), and which tunnels may depend on it. */
export interface Left {
  readonly cluster: string;
  readonly at: number;
  readonly tunnels?: readonly string[];
}

export class Absence {
  readonly #storage: DurableObjectStorage;
  readonly #links: Links;
  /** When nodes without a socket last polled (ms). */
  readonly #polled = new Map<string, number>();
  /** Whether nodes were looked for whose links or polls ended together with an earlier object. */
  #knowsLost = false;

  constructor(storage: DurableObjectStorage, links: Links) {
    this.#storage = storage;
    this.#links = links;
  }

  /** Written down, because nobody reports the end of a link when the whole process ends. */
  async linked(node: string, cluster: string): Promise<void> {
    await Promise.all([this.#storage.delete(`${LEFT}${node}`), this.#storage.put(`${LINKED}${node}`, cluster)]);
  }

  /**
   * A polling node says no goodbye, so the time of its last poll is checked now and then. Returns whether this is its
   * first poll.
   */
  async polled(node: string, cluster: string): Promise<boolean> {
    const isFirst = !this.#polled.has(node);
    if (isFirst) {
      await this.#storage.delete([`${LEFT}${node}`, `${LINKED}${node}`]);
      await this.#storage.put(`${POLLS}${node}`, cluster);
    }
    this.#polled.set(node, Date.now());
    return isFirst;
  }

  async left(node: string, left: Left): Promise<void> {
    this.#polled.delete(node);
    await Promise.all([this.#storage.delete(`${LINKED}${node}`), this.#storage.put(`${LEFT}${node}`, left)]);
  }

  /** Nodes that were there before this object was, and are not now: they have as much time as others to come back. */
  async noticeLost(now: number): Promise<void> {
    if (this.#knowsLost) return;
    this.#knowsLost = true;
    for (const prefix of [LINKED, POLLS])
      for (const [key, cluster] of await this.#storage.list<string>({ prefix })) {
        const node = key.slice(prefix.length);
        if (!this.#links.isGone(node) || this.#polled.has(node)) continue;
        await this.left(node, { cluster, at: now });
        await this.#storage.delete(key);
      }
  }

  async find(node: string): Promise<Left | undefined> {
    return this.#storage.get<Left>(`${LEFT}${node}`);
  }

  /** When each node without a link was last heard from (ms). */
  async lastSeen(now: number): Promise<readonly (readonly [node: string, at: number])[]> {
    await this.noticeLost(now);
    const left = await this.#storage.list<Left>({ prefix: LEFT });
    return [...[...left].map(([key, { at }]) => [key.slice(LEFT.length), at] as const), ...this.#polled];
  }

  /**
   * Gives up on nodes that have been away for too long. `giveUp` returns whether it succeeded or must be retried.
   * Returns when to look again (ms); undefined: no node is being waited for.
   */
  async look(now: number, giveUp: (node: string, left: Left) => Promise<boolean>): Promise<number | undefined> {
    await this.noticeLost(now);
    const due = (await this.#lookAtPolling(now)) ? [now + GRACE_MS] : [];
    for (const key of (await this.#storage.list({ prefix: LEFT })).keys()) {
      // It may have come back while others were given up.
      const left = await this.#storage.get<Left>(key);
      if (left === undefined) continue;
      const isOver = now - left.at >= GRACE_MS;
      if (isOver && (await giveUp(key.slice(LEFT.length), left))) await this.#storage.delete(key);
      else due.push(isOver ? now + RETRY_MS : left.at + GRACE_MS);
    }
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  /** The same for nodes that poll. Returns whether any of them still does. */
  async #lookAtPolling(now: number): Promise<boolean> {
    const polling = await this.#storage.list<string>({ prefix: POLLS });
    for (const [key, cluster] of polling) {
      const node = key.slice(POLLS.length);
      const isLinked = this.#links.byNode().has(node);
      if (!isLinked && now - (this.#polled.get(node) ?? 0) < GRACE_MS) continue;
      await this.#storage.delete(key);
      this.#polled.delete(node);
      if (!isLinked) await this.left(node, { cluster, at: now - GRACE_MS });
      polling.delete(key);
    }
    return polling.size > 0;
  }
}

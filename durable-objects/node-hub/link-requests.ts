/** Requests that nodes answer over their links (rule LINK-REQUEST). What is in the frames is for the ends alone. */
import { idOfFrame, type LinkOutcome } from "../../api/node/link-request.ts";

/**
 * How many wait for an answer, and may hold this object's memory, with two bodies of the largest size each. None waits
 * for long: a node that cannot answer soon says so.
 */
const MAX_WAITING = 128;
const MAX_WAITING_PER_NODE = 32;
const PATIENCE_MS = 15_000;

type Settle = (outcome: LinkOutcome) => void;

export class LinkRequests {
  /** By node, then by the request's id. */
  readonly #waiting = new Map<string, Map<string, Settle>>();
  #count = 0;

  /** `send` sends the frame to the node, and returns whether it could. */
  make(node: string, frame: Uint8Array, send: () => boolean): Promise<LinkOutcome> {
    const waiting = this.#waiting.get(node) ?? new Map<string, Settle>();
    const id = idOfFrame(frame);
    const isFull = this.#count >= MAX_WAITING || waiting.size >= MAX_WAITING_PER_NODE;
    if (isFull || waiting.has(id) || !send()) return Promise.resolve("not sent");
    this.#waiting.set(node, waiting);
    this.#count++;
    return new Promise((resolve) => {
      const settle: Settle = (outcome) => {
        clearTimeout(timer);
        waiting.delete(id);
        this.#count--;
        resolve(outcome);
      };
      const timer = setTimeout(() => settle("lost"), PATIENCE_MS);
      waiting.set(id, settle);
    });
  }

  /** `node` is the sender: a node only answers what it was asked. */
  receive(node: string, frame: Uint8Array): void {
    this.#waiting.get(node)?.get(idOfFrame(frame))?.(frame);
  }

  /** The node has no link any more. */
  delete(node: string): void {
    for (const settle of [...(this.#waiting.get(node)?.values() ?? [])]) settle("lost");
    this.#waiting.delete(node);
  }
}

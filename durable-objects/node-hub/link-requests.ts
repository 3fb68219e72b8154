/** Requests that nodes answer over their links (rule LINK-REQUEST). What is in the frames is for the ends alone. */
import { idOfFrame, type LinkOutcome, MAX_LINK_BODY } from "../../api/node/link-request.ts";

/**
 * The memory (bytes) that those may take which wait for an answer: their own length, and that of the longest answer. None
 * waits for long: a node that cannot answer soon says so.
 */
const MAX_RESERVED = { ofNode: 32 * 1024 * 1024, inAll: 64 * 1024 * 1024 };
const PATIENCE_MS = 15_000;

type Settle = (outcome: LinkOutcome) => void;

interface NodeRequests {
  /** By their ids. */
  readonly waiting: Map<string, Settle>;
  reserved: number;
}

export class LinkRequests {
  readonly #nodes = new Map<string, NodeRequests>();
  #reserved = 0;

  /** `send` sends the frame to the node, and returns whether it could. */
  make(node: string, frame: Uint8Array, send: () => boolean): Promise<LinkOutcome> {
    const own = this.#nodes.get(node) ?? { waiting: new Map(), reserved: 0 };
    const { waiting } = own;
    const id = idOfFrame(frame);
    const size = frame.length + MAX_LINK_BODY;
    const isFull = this.#reserved + size > MAX_RESERVED.inAll || own.reserved + size > MAX_RESERVED.ofNode;
    if (isFull || waiting.has(id) || !send()) return Promise.resolve("not sent");
    this.#nodes.set(node, own);
    const reserve = (bytes: number) => {
      own.reserved += bytes;
      this.#reserved += bytes;
    };
    reserve(size);
    return new Promise((resolve) => {
      const settle: Settle = (outcome) => {
        clearTimeout(timer);
        waiting.delete(id);
        reserve(-size);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle("lost"), PATIENCE_MS);
      waiting.set(id, settle);
    });
  }

  /** `node` is the sender: a node only answers what it was asked. */
  receive(node: string, frame: Uint8Array): void {
    this.#nodes.get(node)?.waiting.get(idOfFrame(frame))?.(frame);
  }

  /** The node has no link any more. */
  delete(node: string): void {
    for (const settle of [...(this.#nodes.get(node)?.waiting.values() ?? [])]) settle("lost");
    this.#nodes.delete(node);
  }
}

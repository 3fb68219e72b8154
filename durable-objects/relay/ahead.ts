/**
 * How much a relay has passed to a node that the node has not acknowledged: the platform buffers for a slow reader without
 * limit. Nodes have 1 MiB under way (agent/network/overlay/relay-link.ts), so only one that floods the other has more.
 */

/** The first byte of a node's message that says how many bytes of frames it has received, followed by 8 bytes. */
const RECEIVED = 4;
const RECEIVED_LENGTH = 9;
/** Many times what fits into the nodes' window. */
const MOST = { bytes: 4 * 1024 * 1024, messages: 50_000 };

export class Ahead {
  #bytes = 0;
  #messages = 0;
  #acknowledged: number | undefined;

  /** Whether there is room for a message to this node. */
  passes(message: string | ArrayBuffer): boolean {
    // The first byte is not among what is acknowledged.
    this.#bytes += typeof message === "string" ? message.length : Math.max(0, message.byteLength - 1);
    this.#messages++;
    return this.#bytes <= MOST.bytes && this.#messages <= MOST.messages;
  }

  /**
   * Whether a message of this node acknowledges anything. A node counts anew for each connection of the other, and what
   * it was sent before this object last woke up is not known here: then it has received everything.
   */
  acknowledges(message: string | ArrayBuffer): boolean {
    if (typeof message === "string" || message.byteLength !== RECEIVED_LENGTH) return false;
    const view = new DataView(message);
    if (view.getUint8(0) !== RECEIVED) return false;
    const count = Number(view.getBigUint64(1));
    const before = this.#acknowledged;
    this.#acknowledged = count;
    if (this.#messages === 0 || count === before) return false;
    this.#messages = 0;
    this.#bytes = before === undefined || count < before ? 0 : Math.max(0, this.#bytes - (count - before));
    return true;
  }
}

/** Requests to pods that nodes make and answer over their links (rule LINK-HTTP). */
import type { NodeHttpCall, NodeHttpResponse } from "../../api/node/http-call.ts";

/** More at a time take tunnels. So many of the largest are half of what a link may have under way (LINK-UNREAD). */
const MAX_WAITING_PER_NODE = 32;

/** Undefined: a tunnel is needed. */
type Settle = (response: NodeHttpResponse | undefined) => void;

export class HttpCalls {
  /** By node, then by the call's id. */
  readonly #waiting = new Map<string, Map<string, Settle>>();

  /** `send` sends a call to the node, and returns whether it is connected. */
  make(
    node: string,
    call: Omit<NodeHttpCall, "type" | "id">,
    send: (call: NodeHttpCall) => boolean,
  ): Promise<NodeHttpResponse | undefined> {
    const waiting = this.#waiting.get(node) ?? new Map<string, Settle>();
    if (waiting.size >= MAX_WAITING_PER_NODE) return Promise.resolve(undefined);
    this.#waiting.set(node, waiting);
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      const settle: Settle = (response) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(response);
      };
      const timer = setTimeout(() => settle(undefined), call.milliseconds);
      waiting.set(id, settle);
      if (!send({ type: "http", id, ...call })) settle(undefined);
    });
  }

  /** `node` is the sender: a node only answers what it was asked. */
  receive(node: string, response: NodeHttpResponse): void {
    this.#waiting.get(node)?.get(response.id)?.(response);
  }

  /** The node has no link any more. */
  delete(node: string): void {
    for (const settle of [...(this.#waiting.get(node)?.values() ?? [])]) settle(undefined);
    this.#waiting.delete(node);
  }
}

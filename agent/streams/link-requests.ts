/** Requests that come over the link, and the answers that are held for a tunnel (rule LINK-REQUEST). */
import {
  type LinkAnswer as Head,
  type LinkRequest,
  parseLinkFrame,
  renderLinkFrame,
} from "../../api/node/link-request.ts";
import type { LinkReplies } from "../control-plane/link.ts";
import { LinkAnswer } from "./link-answer.ts";
import { requestPod } from "./pod-connections.ts";
import type { ServeContext } from "./serve-context.ts";
import { serveOneWay } from "./serve-one-way.ts";

/** Those that nobody calls for are clients' that have left. */
const MAX_HELD = 256;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class LinkRequests {
  /** By the request's id, the oldest first. */
  readonly #held = new Map<string, LinkAnswer>();

  /** Never rejects. */
  async serve(frame: Uint8Array, replies: LinkReplies, context: ServeContext): Promise<void> {
    const parsed = parseLinkFrame<LinkRequest>(frame, decoder);
    if (parsed === undefined) return;
    const { id, head, body } = parsed;
    const send = (answer: Head, bytes: Uint8Array) =>
      replies.send(renderLinkFrame({ id, head: answer, body: bytes }, encoder));
    const answer: LinkAnswer = new LinkAnswer({
      reply: (whole, bytes) => {
        if (replies.isCongested) return false;
        send(whole, bytes);
        return true;
      },
      hold: () => {
        this.#hold(id, answer);
        send({}, new Uint8Array());
      },
      release: () => this.#held.delete(id),
    });
    const { isRepeatable } = head;
    const { signal } = answer;
    await serveOneWay(head.request, answer, {
      ...context,
      sendHttp: (request, connect) => requestPod({ request, connect, body, isRepeatable, signal }),
    });
  }

  #hold(id: string, answer: LinkAnswer): void {
    this.#held.set(id, answer);
    const [oldest] = this.#held.values();
    if (this.#held.size > MAX_HELD) oldest?.abandon();
  }

  held(id: string): LinkAnswer | undefined {
    return this.#held.get(id);
  }
}

/** The tunnels that this node was called to. */

import { errorMessage } from "../../api/error-message.ts";
import {
  type NodeResponse,
  type NodeTunnelCall,
  RESPONSE_HEADER,
  renderNodeResponse,
} from "../../api/node/node-sync.ts";
import type { ControlPlane } from "../control-plane/connection.ts";
import type { LinkReplies } from "../control-plane/link.ts";
import type { Logger } from "../logger.ts";
import { fail } from "./answer.ts";
import { JoinedStreams } from "./joined-streams.ts";
import { LinkRequests } from "./link-requests.ts";
import { isOneWay, serveTunnel } from "./serve.ts";
import type { ServeContext } from "./serve-context.ts";
import { Tunnel } from "./tunnel.ts";

/** The control plane remembers as many. */
const MAX_BROKEN = 128;

export interface TunnelsOptions extends ServeContext {
  readonly controlPlane: ControlPlane;
  readonly nodeName: string;
  readonly log: Logger;
}

export class Tunnels {
  readonly #options: TunnelsOptions;
  readonly #open = new Set<Tunnel>();
  #broken: readonly string[] = [];
  /** Called when a connection breaks. */
  onBroken: () => void = () => {};
  readonly #joined = new JoinedStreams();
  readonly #linkRequests = new LinkRequests();

  constructor(options: TunnelsOptions) {
    this.#options = options;
  }

  async serve({ id, request, client }: NodeTunnelCall): Promise<void> {
    const { controlPlane, nodeName, log, ...context } = this.#options;
    const path = `/sailplane/v1/tunnels/${id}?node=${encodeURIComponent(nodeName)}`;
    const dial = (response?: NodeResponse) =>
      controlPlane.openWebSocket(path, response && { [RESPONSE_HEADER]: renderNodeResponse(response) });
    const isHeld = request.kind === "answer";
    const counted = isHeld || isOneWay(request) ? undefined : client;
    const admit = () => (counted === undefined ? undefined : this.#joined.requireRoom(counted));
    const followed = (tunnel: Tunnel) => {
      this.#open.add(tunnel);
      if (counted !== undefined) this.#joined.enter(counted, tunnel);
      tunnel.signal.addEventListener("abort", () => {
        this.#open.delete(tunnel);
        if (tunnel.isBroken) this.#noteBroken(id);
      });
    };
    try {
      if (isHeld) {
        const tunnel = new Tunnel(await dial(), { oneWay: true });
        followed(tunnel);
        return await this.#sendHeld(request.id, tunnel);
      }
      await serveTunnel(request, dial, { ...context, admit, followed });
    } catch (error) {
      log.warn(`the control plane asked for ${request.kind}, and could not be answered: ${errorMessage(error)}`);
    }
  }

  /** The newest whose connections broke. */
  get broken(): readonly string[] {
    return this.#broken;
  }

  #noteBroken(id: string): void {
    this.#broken = [...this.#broken, id].slice(-MAX_BROKEN);
    this.onBroken();
  }

  async #sendHeld(id: string, tunnel: Tunnel): Promise<void> {
    const answer = this.#linkRequests.held(id);
    if (answer !== undefined) return answer.continueIn(tunnel);
    fail(tunnel, new Error("the node does not hold the answer any more"));
  }

  /** A request that came over the link. */
  answer(frame: Uint8Array, replies: LinkReplies): Promise<void> {
    return this.#linkRequests.serve(frame, replies, this.#options);
  }

  /** The connection to the control plane is broken. */
  cut(): void {
    for (const tunnel of this.#open) tunnel.cut();
  }
}

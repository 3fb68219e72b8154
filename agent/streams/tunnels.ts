/** The tunnels that this node was called to. */

import { errorMessage } from "../../api/error-message.ts";
import type { NodeHttpCall, NodeHttpResponse } from "../../api/node/http-call.ts";
import {
  type NodeResponse,
  type NodeTunnelCall,
  RESPONSE_HEADER,
  renderNodeResponse,
} from "../../api/node/node-sync.ts";
import type { ControlPlane } from "../control-plane/connection.ts";
import type { Logger } from "../logger.ts";
import { answerCall } from "./answer-call.ts";
import { JoinedStreams } from "./joined-streams.ts";
import { isOneWay, serveTunnel } from "./serve.ts";
import type { ServeContext } from "./serve-context.ts";
import type { Tunnel } from "./tunnel.ts";

export interface TunnelsOptions extends ServeContext {
  readonly controlPlane: ControlPlane;
  readonly nodeName: string;
  readonly log: Logger;
}

export class Tunnels {
  readonly #options: TunnelsOptions;
  readonly #open = new Set<Tunnel>();
  readonly #joined = new JoinedStreams();

  constructor(options: TunnelsOptions) {
    this.#options = options;
  }

  async serve({ id, request, client }: NodeTunnelCall): Promise<void> {
    const { controlPlane, nodeName, log, ...context } = this.#options;
    const path = `/sailplane/v1/tunnels/${id}?node=${encodeURIComponent(nodeName)}`;
    const dial = (response?: NodeResponse) =>
      controlPlane.openWebSocket(path, response && { [RESPONSE_HEADER]: renderNodeResponse(response) });
    const counted = isOneWay(request) ? undefined : client;
    const admit = () => (counted === undefined ? undefined : this.#joined.requireRoom(counted));
    const followed = (tunnel: Tunnel) => {
      this.#open.add(tunnel);
      if (counted !== undefined) this.#joined.enter(counted, tunnel);
      tunnel.signal.addEventListener("abort", () => this.#open.delete(tunnel));
    };
    try {
      await serveTunnel(request, dial, { ...context, admit, followed });
    } catch (error) {
      log.warn(`the control plane asked for ${request.kind}, and could not be answered: ${errorMessage(error)}`);
    }
  }

  /** A short request, which is answered over the link. */
  answer(call: NodeHttpCall): Promise<NodeHttpResponse> {
    return answerCall(call, this.#options);
  }

  /** The connection to the control plane is broken. */
  cut(): void {
    for (const tunnel of this.#open) tunnel.cut();
  }
}

/** Serves the requests that arrive through tunnels for this node's pods: logs, exec, attach, port-forward, HTTP. */

import type { WebSocket } from "ws";
import type { OneWayRequest } from "../../api/node/link-request.ts";
import type { NodeResponse, StreamRequest } from "../../api/node/node-sync.ts";
import { receiveBody } from "./http.ts";
import { serveMessages } from "./messages.ts";
import { responseOf } from "./refusal.ts";
import { podOf } from "./requested-pod.ts";
import type { Open, ServeContext } from "./serve-context.ts";
import { serveLogMessages } from "./serve-logs.ts";
import { serveOneWay } from "./serve-one-way.ts";
import { addressPort, podPort, servePorts } from "./serve-ports.ts";
import { serveTerminal } from "./serve-terminal.ts";
import { Tunnel } from "./tunnel.ts";

/** Dials the tunnel that this node was called to. For joined streams it sends the answer along. */
export type Dial = (response?: NodeResponse) => Promise<WebSocket>;

/** For one-way streams the node dials first, because determining the answer may take a while. */
export const isOneWay = (request: StreamRequest): request is OneWayRequest =>
  request.kind === "http" || request.kind === "node" || (request.kind === "logs" && request.protocol === undefined);

const protocolOf = (request: StreamRequest): string | undefined =>
  "protocol" in request ? request.protocol : undefined;

export interface TunnelContext extends ServeContext {
  /** Throws if there is no room for another stream. */
  readonly admit?: () => void;
  /** Gets the tunnel as soon as there is one. */
  readonly followed: (tunnel: Tunnel) => void;
}

export async function serveTunnel(
  request: StreamRequest,
  dial: Dial,
  { followed, admit, ...context }: TunnelContext,
): Promise<void> {
  let opened: Tunnel | undefined;
  const open = async (response?: NodeResponse): Promise<Tunnel> => {
    const protocol = protocolOf(request);
    const told = response && protocol !== undefined ? { ...response, protocol } : response;
    opened = new Tunnel(await dial(told), { oneWay: response === undefined, protocol });
    followed(opened);
    return opened;
  };
  try {
    admit?.();
    if (isOneWay(request)) {
      const tunnel = await open();
      await serveOneWay(request, tunnel, { ...context, sendHttp: receiveBody(tunnel) });
    } else await serveJoined(request, open, context);
  } catch (error) {
    const tunnel = opened ?? new Tunnel(await dial(responseOf(error)));
    tunnel.close();
  }
}

async function serveJoined(
  stream: Exclude<StreamRequest, { kind: "node" | "http" }>,
  open: Open,
  context: ServeContext,
): Promise<void> {
  if (stream.kind === "websocket" && stream.pod === "") return serveMessages(open, stream, () => addressPort(stream));
  const { pod, request } = podOf(stream, context);
  switch (request.kind) {
    case "exec":
    case "attach":
      return serveTerminal(open, pod, request, context);
    case "port-forward":
      return servePorts(open, request, context);
    case "websocket":
      return serveMessages(open, request, () => podPort(pod, request, context));
    case "logs":
      return serveLogMessages(open, pod, request, context);
  }
}

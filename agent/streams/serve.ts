/** Serves the requests that arrive through tunnels for this node's pods: logs, exec, attach, port-forward, HTTP. */

import type { WebSocket } from "ws";
import type { Pod } from "../../api/generated/core.v1.ts";
import type { LogOptions, NodeRequest, NodeResponse, StreamRequest } from "../../api/node/node-sync.ts";
import { BASE64_LOG } from "../../api/terminal-protocol.ts";
import { readLog } from "../logs/read-log.ts";
import { findContainer } from "../pod-spec/containers.ts";
import { serveHttp } from "./http.ts";
import { readLogOptions } from "./log-options.ts";
import { logTarget } from "./log-status.ts";
import { serveMessages } from "./messages.ts";
import { Refusal, responseOf } from "./refusal.ts";
import { podOf } from "./requested-pod.ts";
import type { NodeApiResponse } from "./response.ts";
import type { Open, ServeContext } from "./serve-context.ts";
import { addressPort, podPort, servePorts } from "./serve-ports.ts";
import { serveTerminal } from "./serve-terminal.ts";
import { CHANNEL, Tunnel } from "./tunnel.ts";

const PLAIN = "text/plain; charset=utf-8";

/** Dials the tunnel that this node was called to. For joined streams it sends the answer along. */
export type Dial = (response?: NodeResponse) => Promise<WebSocket>;

/** For one-way streams the node dials first, because determining the answer may take a while. */
export const isOneWay = (request: StreamRequest): boolean =>
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
    if (isOneWay(request)) await serveOneWay(request, await open(), context);
    else await serveJoined(request, open, context);
  } catch (error) {
    if (opened === undefined) (await dial(responseOf(error))).close();
    else {
      if (isOneWay(request)) opened.respond(responseOf(error));
      opened.close();
    }
  }
}

async function serveOneWay(stream: StreamRequest, tunnel: Tunnel, context: ServeContext): Promise<void> {
  if (stream.kind === "node") return serveNode(tunnel, stream, context);
  if (stream.kind === "http" && stream.pod === "") return serveHttp(tunnel, stream, () => addressPort(stream));
  const { pod, request } = podOf(stream, context);
  if (request.kind === "logs") await serveLogs(tunnel, pod, request, context);
  else if (request.kind === "http") await serveHttp(tunnel, request, () => podPort(pod, request, context));
}

async function serveJoined(stream: StreamRequest, open: Open, context: ServeContext): Promise<void> {
  if (stream.kind === "node") return;
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

const LOGS_PATH = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)\/?$/;

async function serveNode(tunnel: Tunnel, { path, method }: NodeRequest, context: ServeContext): Promise<void> {
  const { pathname, searchParams } = new URL(path, "http://node");
  const [, namespace, name, container] = LOGS_PATH.exec(pathname) ?? [];
  if (namespace === undefined || name === undefined || container === undefined || method !== undefined)
    return serveNodeApi(tunnel, await context.nodeApi(path, method));
  const pod = context.findPod(namespace, name, "");
  const why =
    pod === undefined
      ? `pod ${JSON.stringify(name)} does not exist\n`
      : findContainer(pod, container) === undefined
        ? `container ${JSON.stringify(container)} not found in pod ${JSON.stringify(name)}\n`
        : undefined;
  if (pod === undefined || why !== undefined)
    return serveNodeApi(tunnel, { status: 404, type: PLAIN, body: why ?? "" });
  const options = readLogOptions(searchParams);
  const target = logTarget(pod, container, options.previous);
  if (!target.ok) return serveNodeApi(tunnel, { status: 400, type: PLAIN, body: `${target.message}\n` });
  tunnel.respond({ code: 200, http: { status: 200, headers: [["Content-Type", PLAIN]] } });
  await sendLog(tunnel, { pod, id: target.containerId, options }, context);
}

async function serveNodeApi(tunnel: Tunnel, { status, type, body }: NodeApiResponse): Promise<void> {
  tunnel.respond({ code: 200, http: { status, headers: [["Content-Type", type]] } });
  if (typeof body === "string") await tunnel.send(CHANNEL.stdout, Buffer.from(body));
  else
    for await (const chunk of body) {
      // Nobody reads any more: some logs have holes of hundreds of gigabytes.
      if (tunnel.signal.aborted) break;
      await tunnel.send(CHANNEL.stdout, Buffer.from(chunk));
    }
  tunnel.close();
}

type LogsRequest = Extract<StreamRequest, { kind: "logs" }>;

async function serveLogs(tunnel: Tunnel, pod: Pod, { container, options }: LogsRequest, context: ServeContext) {
  const target = logTarget(pod, container, options.previous);
  if (!target.ok) throw new Refusal(400, "BadRequest", target.message);
  tunnel.respond({ code: 200 });
  await sendLog(tunnel, { pod, id: target.containerId, options }, context);
}

/** To a client that reads over a WebSocket: the messages are the log's bytes. */
async function serveLogMessages(open: Open, pod: Pod, request: LogsRequest, context: ServeContext): Promise<void> {
  const { container, options, protocol } = request;
  const target = logTarget(pod, container, options.previous);
  if (!target.ok) throw new Refusal(400, "BadRequest", target.message);
  const tunnel = await open({ code: 200 });
  const write = (bytes: Buffer) =>
    protocol === BASE64_LOG
      ? tunnel.sendMessage(Buffer.from(bytes.toString("base64")), false)
      : tunnel.sendMessage(bytes);
  await sendLog(tunnel, { pod, id: target.containerId, options, write }, context);
}

interface LogOf {
  readonly pod: Pod;
  /** Of the container. */
  readonly id: string;
  readonly options: LogOptions;
  /** Default: as frames. */
  readonly write?: (bytes: Buffer) => Promise<void>;
}

async function sendLog(tunnel: Tunnel, { pod, id: wanted, options, write }: LogOf, { runtime }: ServeContext) {
  const send = write ?? ((bytes: Buffer) => tunnel.send(CHANNEL.stdout, bytes));
  const uid = pod.metadata.uid ?? "";
  const find = async () => (await runtime.observe(uid)).containers.find(({ id }) => id === wanted);
  const observed = await find();
  if (observed === undefined) await send(Buffer.from(`unable to retrieve container logs for ${wanted}`));
  else
    await readLog(observed.logPath, {
      ...options,
      isRunning: async () => (await find())?.state === "running",
      signal: tunnel.signal,
      write: send,
    });
  tunnel.close();
}

/** Serves what a tunnel asks of this node's pods: logs, exec, attach, port-forward, requests of HTTP. */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Pod } from "../../api/generated/core.v1.ts";
import { dialProblem } from "../../api/machinery/dial-problem.ts";
import { failure } from "../../api/machinery/status.ts";
import type { LogOptions, NodeAnswer, PodHttpRequest, StreamRequest } from "../../api/node/node-sync.ts";
import { readLog } from "../logs/read-log.ts";
import type { NodeApiAnswer } from "../node-api/answer.ts";
import { findContainer } from "../pod/containers.ts";
import type { Exit, ProcessStream } from "../runtime/process-stream.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { serveHttp } from "./http.ts";
import { readLogOptions } from "./log-options.ts";
import { logTarget } from "./log-status.ts";
import { serveMessages } from "./messages.ts";
import { joinPorts } from "./port-channels.ts";
import { forwardPorts } from "./port-forward.ts";
import { SpdySession } from "./spdy.ts";
import { CHANNEL, Tunnel } from "./tunnel.ts";
import { writeTo } from "./write-to.ts";

export interface ServeContext {
  readonly runtime: Runtime;
  /** The pod with the status that the agent has of it. */
  readonly findPod: (namespace: string, name: string, uid: string) => Pod | undefined;
  readonly nodeApi: (path: string) => Promise<NodeApiAnswer>;
}

const PLAIN = "text/plain; charset=utf-8";

/** Dials the tunnel that this node was called to. For streams that are joined it brings the answer along. */
export type Dial = (answer?: NodeAnswer) => Promise<WebSocket>;

/** Why a request is not served. */
class Refusal extends Error {
  readonly answer: NodeAnswer;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.answer = { code, reason, message };
  }
}

const answerOf = (error: unknown): NodeAnswer =>
  error instanceof Refusal
    ? error.answer
    : { code: 500, reason: "InternalError", message: dialProblem(error as Error) };

/** Where only the node has something to say, it dials first: finding out what may take a while. */
const isOneWay = ({ kind }: StreamRequest): boolean => kind === "logs" || kind === "http" || kind === "node";

/** `followed` is told of the tunnel as soon as there is one. */
export async function serveTunnel(
  asked: StreamRequest,
  dial: Dial,
  { followed, ...context }: ServeContext & { readonly followed: (tunnel: Tunnel) => void },
): Promise<void> {
  let opened: Tunnel | undefined;
  const open = async (answer?: NodeAnswer): Promise<Tunnel> => {
    opened = new Tunnel(await dial(answer), { oneWay: answer === undefined });
    followed(opened);
    return opened;
  };
  try {
    if (isOneWay(asked)) await serveOneWay(asked, await open(), context);
    else await serveJoined(asked, open, context);
  } catch (error) {
    if (opened === undefined) (await dial(answerOf(error))).close();
    else {
      if (isOneWay(asked)) opened.answer(answerOf(error));
      opened.close();
    }
  }
}

async function serveOneWay(asked: StreamRequest, tunnel: Tunnel, context: ServeContext): Promise<void> {
  if (asked.kind === "node") return serveNode(tunnel, asked.path, context);
  const { pod, request } = podOf(asked, context);
  if (request.kind === "logs") await serveLogs(tunnel, pod, request, context);
  else if (request.kind === "http") await serveHttp(tunnel, request, () => podPort(request, context));
}

/** Opens the tunnel with the answer that it brings. */
type Open = (answer: NodeAnswer) => Promise<Tunnel>;

async function serveJoined(asked: StreamRequest, open: Open, context: ServeContext): Promise<void> {
  if (asked.kind === "node") return;
  const { pod, request } = podOf(asked, context);
  switch (request.kind) {
    case "exec":
    case "attach":
      return serveTerminal(open, pod, request, context);
    case "port-forward":
      return servePorts(open, request, context);
    case "websocket":
      return serveMessages(open, request, () => podPort(request, context));
  }
}

function podOf<R extends Exclude<StreamRequest, { kind: "node" }>>(asked: R, { findPod }: ServeContext) {
  const pod = findPod(asked.namespace, asked.pod, asked.uid);
  if (pod === undefined) throw new Refusal(404, "NotFound", `pod "${asked.pod}" does not exist on this node`);
  // A static pod is another one than its mirror, which is asked for.
  return { pod, request: { ...asked, uid: pod.metadata.uid ?? "" } };
}

const LOGS_PATH = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)\/?$/;

async function serveNode(tunnel: Tunnel, path: string, context: ServeContext): Promise<void> {
  const { pathname, searchParams } = new URL(path, "http://node");
  const [, namespace, name, container] = LOGS_PATH.exec(pathname) ?? [];
  if (namespace === undefined || name === undefined || container === undefined)
    return serveNodeApi(tunnel, await context.nodeApi(path));
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
  tunnel.answer({ code: 200, http: { status: 200, headers: [["Content-Type", PLAIN]] } });
  await sendLog(tunnel, { pod, id: target.containerId, options }, context);
}

async function serveNodeApi(tunnel: Tunnel, { status, type, body }: NodeApiAnswer): Promise<void> {
  tunnel.answer({ code: 200, http: { status, headers: [["Content-Type", type]] } });
  if (typeof body === "string") await tunnel.send(CHANNEL.stdout, Buffer.from(body));
  else
    for await (const chunk of body) {
      // Nobody reads on: some logs have holes of hundreds of gigabytes.
      if (tunnel.signal.aborted) break;
      await tunnel.send(CHANNEL.stdout, Buffer.from(chunk));
    }
  tunnel.close();
}

type LogsRequest = Extract<StreamRequest, { kind: "logs" }>;

async function serveLogs(tunnel: Tunnel, pod: Pod, { container, options }: LogsRequest, context: ServeContext) {
  const target = logTarget(pod, container, options.previous);
  if (!target.ok) throw new Refusal(400, "BadRequest", target.message);
  tunnel.answer({ code: 200 });
  await sendLog(tunnel, { pod, id: target.containerId, options }, context);
}

interface LogOf {
  readonly pod: Pod;
  /** Of the container. */
  readonly id: string;
  readonly options: LogOptions;
}

async function sendLog(tunnel: Tunnel, { pod, id: wanted, options }: LogOf, { runtime }: ServeContext) {
  const uid = pod.metadata.uid ?? "";
  const find = async () => (await runtime.observe(uid)).containers.find(({ id }) => id === wanted);
  const observed = await find();
  if (observed === undefined)
    await tunnel.send(CHANNEL.stdout, Buffer.from(`unable to retrieve container logs for ${wanted}`));
  else
    await readLog(observed.logPath, {
      ...options,
      isRunning: async () => (await find())?.state === "running",
      signal: tunnel.signal,
      write: (bytes) => tunnel.send(CHANNEL.stdout, bytes),
    });
  tunnel.close();
}

async function copy(from: NodeJS.ReadableStream | undefined, tunnel: Tunnel, channel: number): Promise<void> {
  if (from === undefined) return;
  for await (const chunk of from) await tunnel.send(channel, Buffer.from(chunk));
}

type CommandRequest = Extract<StreamRequest, { kind: "exec" | "attach" }>;

async function serveTerminal(open: Open, pod: Pod, request: CommandRequest, { runtime }: ServeContext): Promise<void> {
  const { containers } = await runtime.observe(pod.metadata.uid ?? "");
  const observed = containers.find(({ name, state }) => name === request.container && state === "running");
  if (observed === undefined) throw new Refusal(404, "NotFound", `container not found ("${request.container}")`);
  const { stdin, stdout, stderr, tty } = request;
  const streams: ProcessStream =
    request.kind === "exec"
      ? await runtime.exec(observed.id, { command: request.command, stdin, stdout, stderr, tty })
      : await runtime.attach(observed.id, { stdin, stdout, stderr, tty });
  const tunnel = await open({ code: 200 }).catch((error) => {
    streams.close();
    throw error;
  });
  tunnel.signal.addEventListener("abort", () => streams.close());
  tunnel.onFrame = (channel, bytes) => {
    if (channel === CHANNEL.stdin) return streams.stdin && writeTo(streams.stdin, bytes);
    if (channel === CHANNEL.close && bytes[0] === CHANNEL.stdin) streams.stdin?.end();
    else if (channel === CHANNEL.resize) {
      const size = readSize(bytes.toString("utf8"));
      if (size !== undefined) streams.resize(size);
    }
    return undefined;
  };
  const copies = Promise.all([
    copy(streams.stdout, tunnel, CHANNEL.stdout),
    copy(streams.stderr, tunnel, CHANNEL.stderr),
  ]).catch(() => {});
  const exit = await streams.exit;
  await copies;
  streams.close();
  await tunnel.send(CHANNEL.error, Buffer.from(JSON.stringify(exitStatus(exit))));
  tunnel.close();
}

/** Undefined for what is no size: a client may send anything. */
function readSize(text: string): { width: number; height: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { readonly Width?: unknown; readonly Height?: unknown };
    return isCells(Width) && isCells(Height) ? { width: Width, height: Height } : undefined;
  } catch {
    return undefined;
  }
}

/** As the kernel counts them, in 16 bits. */
const isCells = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536;

/** How a command ended, as clients of exec are told. */
const exitStatus = (exit: Exit) =>
  "message" in exit
    ? failure(500, "InternalError", exit.message)
    : exit.code === 0
      ? { metadata: {}, status: "Success" }
      : {
          metadata: {},
          status: "Failure",
          message: `command terminated with non-zero exit code: command terminated with exit code ${exit.code}`,
          reason: "NonZeroExitCode",
          details: { causes: [{ reason: "ExitCode", message: String(exit.code) }] },
        };

type PortsRequest = Extract<StreamRequest, { kind: "port-forward" }>;

const readySandbox = async (uid: string, { runtime }: ServeContext) =>
  (await runtime.observe(uid)).sandboxes.find(({ ready }) => ready);

async function podPort({ uid, port }: PodHttpRequest, context: ServeContext): Promise<Duplex> {
  const sandbox = await readySandbox(uid, context);
  if (sandbox === undefined) throw new Error("the pod is not running");
  return context.runtime.dial(sandbox.id, port);
}

async function servePorts(open: Open, { uid, pod, ports }: PortsRequest, context: ServeContext): Promise<void> {
  const { runtime } = context;
  const sandbox = await readySandbox(uid, context);
  if (sandbox === undefined)
    throw new Refusal(500, "InternalError", "unable to forward port because pod is not running");
  const ended = await runtime.forwardPorts?.(sandbox.id);
  const tunnel = await open({ code: 200 }).catch((error) => {
    ended?.destroy();
    throw error;
  });
  const own = (write: (bytes: Buffer) => Promise<void>) =>
    forwardPorts({ connect: (port) => runtime.dial(sandbox.id, port), write, pod, signal: tunnel.signal });
  if (ports !== undefined) return serveChannels(tunnel, ports, ended ?? own);
  if (ended !== undefined) return passOn(tunnel, ended);
  tunnel.onMessage = own((bytes) => tunnel.sendMessage(bytes));
}

/** What takes the bytes of a session and writes back those of its other end. */
type SessionEnd = (write: (bytes: Buffer) => Promise<void>) => (bytes: Buffer) => Promise<void>;

async function serveChannels(tunnel: Tunnel, ports: readonly number[], end: Duplex | SessionEnd): Promise<void> {
  const write =
    typeof end === "function" ? end((bytes) => session.receive(bytes)) : async (bytes: Buffer) => writeTo(end, bytes);
  const session: SpdySession = new SpdySession({ write: async (bytes) => void (await write(bytes)) });
  tunnel.signal.addEventListener("abort", () => session.end());
  if (typeof end !== "function") void receiveAll(tunnel, end, session);
  const joined = joinPorts({ ports, session, send: (channel, bytes) => tunnel.send(channel, bytes) });
  tunnel.onFrame = joined.receive;
  await joined.ended;
  if (typeof end !== "function") end.destroy();
  tunnel.close();
}

async function receiveAll(tunnel: Tunnel, connection: Duplex, session: SpdySession): Promise<void> {
  tunnel.signal.addEventListener("abort", () => connection.destroy());
  if (tunnel.signal.aborted) connection.destroy();
  try {
    for await (const chunk of connection) await session.receive(chunk as Buffer);
  } catch {
    // Cut off: its streams end.
  }
  session.end();
}

/** Joins the tunnel to a connection that speaks what the client speaks. */
async function passOn(tunnel: Tunnel, connection: Duplex): Promise<void> {
  tunnel.signal.addEventListener("abort", () => connection.destroy());
  if (tunnel.signal.aborted) connection.destroy();
  tunnel.onMessage = (bytes) => writeTo(connection, bytes);
  try {
    for await (const chunk of connection) await tunnel.sendMessage(chunk as Buffer);
  } catch {
    // Cut off: the client sees its connection end.
  }
  tunnel.close();
}

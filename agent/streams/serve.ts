/** Serves what a tunnel asks of this node's pods: logs, exec, attach, port-forward, requests of HTTP. */
import type { Duplex } from "node:stream";
import type { Pod } from "../../api/generated/core.v1.ts";
import { dialProblem } from "../../api/machinery/dial-problem.ts";
import type { PodHttpRequest, StreamRequest, TerminalRequest } from "../../api/node-sync.ts";
import { readLog } from "../logs/read-log.ts";
import type { NodeApiAnswer } from "../node-api/node-api.ts";
import type { ProcessStream, Runtime } from "../runtime/runtime.ts";
import { serveHttp } from "./http.ts";
import { logTarget } from "./log-status.ts";
import { serveMessages } from "./messages.ts";
import { forwardPorts } from "./port-forward.ts";
import { CHANNEL, type Tunnel } from "./tunnel.ts";

export interface ServeContext {
  readonly runtime: Runtime;
  /** The pod with the status that the agent has of it. */
  readonly findPod: (namespace: string, name: string, uid: string) => Pod | undefined;
  readonly nodeApi: (path: string) => Promise<NodeApiAnswer>;
}

const refuse = (tunnel: Tunnel, code: number, reason: string, message: string): void => {
  tunnel.answer({ code, reason, message });
  tunnel.close();
};

export async function serveTunnel(tunnel: Tunnel, asked: StreamRequest, context: ServeContext): Promise<void> {
  if (asked.kind === "node") return serveNodeApi(tunnel, () => context.nodeApi(asked.path));
  const pod = context.findPod(asked.namespace, asked.pod, asked.uid);
  if (pod === undefined) return refuse(tunnel, 404, "NotFound", `pod "${asked.pod}" does not exist on this node`);
  // A static pod is another one than its mirror, which is asked for.
  const request = { ...asked, uid: pod.metadata.uid ?? "" };
  try {
    switch (request.kind) {
      case "logs":
        return await serveLogs(tunnel, pod, request, context);
      case "exec":
      case "attach":
        return await serveTerminal(tunnel, pod, request, context);
      case "port-forward":
        return await servePorts(tunnel, request, context);
      case "http":
        return await serveHttp(tunnel, request, () => podPort(request, context));
      case "websocket":
        return await serveMessages(tunnel, request, () => podPort(request, context));
    }
  } catch (error) {
    refuse(tunnel, 500, "InternalError", dialProblem(error as Error));
  }
}

async function serveNodeApi(tunnel: Tunnel, answer: () => Promise<NodeApiAnswer>): Promise<void> {
  try {
    const { status, type, body } = await answer();
    tunnel.answer({ code: 200, http: { status, headers: [["Content-Type", type]] } });
    await tunnel.send(CHANNEL.stdout, Buffer.from(body));
    tunnel.close();
  } catch (error) {
    refuse(tunnel, 500, "InternalError", dialProblem(error as Error));
  }
}

type LogsRequest = Extract<StreamRequest, { kind: "logs" }>;

async function serveLogs(tunnel: Tunnel, pod: Pod, { container, options }: LogsRequest, { runtime }: ServeContext) {
  const target = logTarget(pod, container, options.previous);
  if (!target.ok) return refuse(tunnel, 400, "BadRequest", target.message);
  const uid = pod.metadata.uid ?? "";
  const find = async () => (await runtime.observe(uid)).containers.find(({ id }) => id === target.containerId);
  const observed = await find();
  tunnel.answer({ code: 200 });
  if (observed === undefined)
    await tunnel.send(CHANNEL.stdout, Buffer.from(`unable to retrieve container logs for ${target.containerId}`));
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

async function serveTerminal(
  tunnel: Tunnel,
  pod: Pod,
  request: TerminalRequest & { readonly kind: "exec" | "attach"; readonly command?: readonly string[] },
  { runtime }: ServeContext,
): Promise<void> {
  const { containers } = await runtime.observe(pod.metadata.uid ?? "");
  const observed = containers.find(({ name, state }) => name === request.container && state === "running");
  if (observed === undefined) return refuse(tunnel, 404, "NotFound", `container not found ("${request.container}")`);
  const { stdin, stdout, stderr, tty } = request;
  const streams: ProcessStream =
    request.kind === "exec"
      ? await runtime.exec(observed.id, { command: request.command ?? [], stdin, stdout, stderr, tty })
      : await runtime.attach(observed.id, { stdin, stdout, stderr, tty });
  tunnel.onFrame = (channel, bytes) => {
    if (channel === CHANNEL.stdin) streams.stdin?.write(Buffer.from(bytes));
    else if (channel === CHANNEL.close && bytes[0] === CHANNEL.stdin) streams.stdin?.end();
    else if (channel === CHANNEL.resize) {
      const { Width, Height } = JSON.parse(bytes.toString("utf8")) as { Width: number; Height: number };
      streams.resize({ width: Width, height: Height });
    }
  };
  tunnel.signal.addEventListener("abort", () => streams.close());
  tunnel.answer({ code: 200 });
  const copies = Promise.all([
    copy(streams.stdout, tunnel, CHANNEL.stdout),
    copy(streams.stderr, tunnel, CHANNEL.stderr),
  ]).catch(() => {});
  const code = await streams.exit;
  await copies;
  await tunnel.send(CHANNEL.error, Buffer.from(JSON.stringify(exitStatus(code))));
  tunnel.close();
}

/** How a command ended, as clients of exec are told. */
const exitStatus = (code: number) =>
  code === 0
    ? { metadata: {}, status: "Success" }
    : {
        metadata: {},
        status: "Failure",
        message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
        reason: "NonZeroExitCode",
        details: { causes: [{ reason: "ExitCode", message: String(code) }] },
      };

type PortsRequest = Extract<StreamRequest, { kind: "port-forward" }>;

const readySandbox = async (uid: string, { runtime }: ServeContext) =>
  (await runtime.observe(uid)).sandboxes.find(({ ready }) => ready);

async function podPort({ uid, port }: PodHttpRequest, context: ServeContext): Promise<Duplex> {
  const sandbox = await readySandbox(uid, context);
  if (sandbox === undefined) throw new Error("the pod is not running");
  return context.runtime.portForward(sandbox.id, port);
}

async function servePorts(tunnel: Tunnel, { uid, pod }: PortsRequest, context: ServeContext): Promise<void> {
  const { runtime } = context;
  const sandbox = await readySandbox(uid, context);
  if (sandbox === undefined)
    return refuse(tunnel, 500, "InternalError", "unable to forward port because pod is not running");
  tunnel.onMessage = forwardPorts({
    connect: (port) => runtime.portForward(sandbox.id, port),
    write: (bytes) => tunnel.sendMessage(bytes),
    pod,
    signal: tunnel.signal,
  });
  tunnel.answer({ code: 200 });
}

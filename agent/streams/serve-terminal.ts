/** exec and attach: the streams of a command, joined to a tunnel, and its exit status. */
import type { Pod } from "../../api/generated/core.v1.ts";
import { failure } from "../../api/machinery/status.ts";
import type { StreamRequest } from "../../api/node/node-sync.ts";
import type { Exit, ProcessStream } from "../runtime/process-stream.ts";
import { writeTo } from "../spdy/write-to.ts";
import { Refusal } from "./refusal.ts";
import type { Open, ServeContext } from "./serve-context.ts";
import { CHANNEL, type Tunnel } from "./tunnel.ts";

async function copy(from: NodeJS.ReadableStream | undefined, tunnel: Tunnel, channel: number): Promise<void> {
  if (from === undefined) return;
  for await (const chunk of from) await tunnel.send(channel, Buffer.from(chunk));
}

type CommandRequest = Extract<StreamRequest, { kind: "exec" | "attach" }>;

export async function serveTerminal(
  open: Open,
  pod: Pod,
  request: CommandRequest,
  { runtime }: ServeContext,
): Promise<void> {
  const { containers } = await runtime.observe(pod.metadata.uid ?? "");
  const observed = containers.find(({ name, state }) => name === request.container && state === "running");
  if (observed === undefined) throw new Refusal(404, "NotFound", absence(pod, request));
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

/** In the kubelet's words. */
const absence = ({ metadata }: Pod, { kind, container }: CommandRequest): string =>
  kind === "exec"
    ? `container not found ("${container}")`
    : `container ${container} not found in pod ${metadata.name}_${metadata.namespace}`;

/** Undefined for invalid sizes: a client may send anything. */
function readSize(text: string): { width: number; height: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { readonly Width?: unknown; readonly Height?: unknown };
    return isCells(Width) && isCells(Height) ? { width: Width, height: Height } : undefined;
  } catch {
    return undefined;
  }
}

/** The kernel stores it in 16 bits. */
const isCells = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536;

/** A command's exit, in the form that clients of exec expect. */
const exitStatus = (exit: Exit) =>
  "message" in exit
    ? failure(500, "InternalError", exit.message)
    : exit.code === 0
      ? { metadata: {}, status: "Success" }
      : {
          metadata: {},
          status: "Failure",
          message:
            exit.words ?? `command terminated with non-zero exit code: command terminated with exit code ${exit.code}`,
          reason: "NonZeroExitCode",
          details: { causes: [{ reason: "ExitCode", message: String(exit.code) }] },
        };

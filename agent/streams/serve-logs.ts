/** Logs of containers. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { LogOptions, StreamRequest } from "../../api/node/node-sync.ts";
import { BASE64_LOG } from "../../api/terminal-protocol.ts";
import { readLog } from "../logs/read-log.ts";
import type { Answer } from "./answer.ts";
import { logTarget } from "./log-status.ts";
import { Refusal } from "./refusal.ts";
import type { Open, ServeContext } from "./serve-context.ts";
import { CHANNEL } from "./tunnel.ts";

type LogsRequest = Extract<StreamRequest, { kind: "logs" }>;

export async function serveLogs(
  answer: Answer,
  pod: Pod,
  { container, options }: LogsRequest,
  context: ServeContext,
): Promise<void> {
  const target = logTarget(pod, container, options.previous);
  if (!target.ok) throw new Refusal(400, "BadRequest", target.message);
  answer.respond({ code: 200 });
  await sendLog(answer, { pod, id: target.containerId, options }, context);
}

/** To a client that reads over a WebSocket: the messages are the log's bytes. */
export async function serveLogMessages(
  open: Open,
  pod: Pod,
  request: LogsRequest,
  context: ServeContext,
): Promise<void> {
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

export async function sendLog(
  answer: Answer,
  { pod, id: wanted, options, write }: LogOf,
  { runtime }: ServeContext,
): Promise<void> {
  const send = write ?? ((bytes: Buffer) => answer.send(CHANNEL.stdout, bytes));
  const uid = pod.metadata.uid ?? "";
  const find = async () => (await runtime.observe(uid)).containers.find(({ id }) => id === wanted);
  const observed = await find();
  if (observed === undefined) await send(Buffer.from(`unable to retrieve container logs for ${wanted}`));
  else
    await readLog(observed.logPath, {
      ...options,
      isRunning: async () => (await find())?.state === "running",
      signal: answer.signal,
      write: send,
    });
  answer.close();
}

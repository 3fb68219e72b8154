/**
 * The API for `sailplane node` and `sailplane leave` on the same machine, over a socket that only its owner can open.
 * Works without the control plane.
 */
import { rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Pod } from "../api/generated/core.v1.ts";
import type { LocalStatus } from "../api/node/local-node.ts";
import { containConnections } from "./contained-faults.ts";
import type { Logger } from "./logger.ts";
import { readLog } from "./logs/read-log.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { logTarget } from "./streams/log-status.ts";

export interface LocalApiOptions {
  readonly socket: string;
  readonly runtime: Runtime;
  readonly status: () => LocalStatus;
  readonly pods: () => readonly Pod[];
  /** Leaves the cluster, and reports progress. */
  readonly leave: (request: LeaveRequest, print: (line: string) => void) => Promise<void>;
  readonly log: Logger;
}

export interface LeaveRequest {
  readonly seconds: number;
}

export function openLocalApi(options: LocalApiOptions): Server {
  rmSync(options.socket, { force: true });
  const server = createServer((request, response) => {
    respond(options, request, response).catch((error: Error) => {
      if (!response.headersSent) response.statusCode = 500;
      response.end(`${error.message}\n`);
    });
  });
  containConnections(server, "a request of `sailplane node`");
  server.on("error", (error) => options.log.warn(`\`sailplane node\` cannot ask this node: ${error.message}`));
  // Accessible to the owner only, from the moment it exists.
  const before = process.umask(0o177);
  server.listen(options.socket);
  process.umask(before);
  return server;
}

async function respond(options: LocalApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://local");
  const json = (value: unknown) => response.setHeader("Content-Type", "application/json").end(JSON.stringify(value));
  switch (`${request.method} ${url.pathname}`) {
    case "GET /status":
      json(options.status());
      return;
    case "GET /pods":
      json({ items: options.pods() });
      return;
    case "GET /logs":
      return sendLog(options, url.searchParams, response);
    case "POST /leave": {
      const seconds = Number(url.searchParams.get("seconds") ?? 0);
      await options.leave({ seconds }, (line) => response.write(`${line}\n`));
      response.end();
      return;
    }
    default:
      response.statusCode = 404;
      response.end("not found\n");
  }
}

async function sendLog({ runtime, pods }: LocalApiOptions, query: URLSearchParams, response: ServerResponse) {
  const [namespace, name] = [query.get("namespace") ?? "default", query.get("pod") ?? ""];
  const pod = pods().findLast(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const refuse = (message: string) => {
    response.statusCode = 404;
    response.end(`${message}\n`);
  };
  if (pod === undefined) return refuse(`no pod ${namespace}/${name} on this node`);
  const container = query.get("container") ?? pod.spec.containers[0]?.name ?? "";
  const target = logTarget(pod, container, query.get("previous") === "true");
  if (!target.ok) return refuse(target.message);
  const find = async () =>
    (await runtime.observe(pod.metadata.uid ?? "")).containers.find(({ id }) => id === target.containerId);
  const observed = await find();
  if (observed === undefined) return refuse(`the log of ${container} is gone`);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const tail = query.get("tail");
  await readLog(observed.logPath, {
    follow: query.get("follow") === "true",
    previous: false,
    timestamps: query.get("timestamps") === "true",
    ...(tail === null ? {} : { tailLines: Number(tail) }),
    isRunning: async () => (await find())?.state === "running",
    signal: gone.signal,
    write: (bytes) =>
      new Promise((resolve) => {
        if (response.write(bytes)) resolve();
        else response.once("drain", resolve).once("close", resolve);
      }),
  });
  response.end();
}

/** Streams a container's log from the cluster, with timestamps. */
import { LineSplitter } from "../../api/line-splitter.ts";
import { base64Url } from "../../api/machinery/encoding/base64url.ts";
import { prefix, read } from "../api/connection.ts";
import { problemOf } from "../api/problem-of.ts";
import { token } from "../session.ts";
import { closeSocket } from "./close-socket.ts";
import type { LogEnding, LogPlace, LogRequest, LogStream } from "./log-place.ts";
import { whenVisible, whileVisible } from "./visibility.ts";

const NOT_FOUND = 404;
const TOO_MANY = 429;

const queryOf = ({ container, previous, tail, since }: LogRequest): URLSearchParams =>
  new URLSearchParams({
    container,
    timestamps: "true",
    tailLines: String(tail),
    ...(previous ? { previous: "true" } : {}),
    ...(since === "" ? {} : { sinceTime: since }),
  });

const readLog: LogStream = async (request, take, stop) => {
  try {
    const response = await read(`${request.path}?${queryOf(request)}`, { signal: stop, accept: "*/*" });
    if (!response.ok || !response.body) return await refusalOf(response);
    const splitter = new LineSplitter(new TextDecoder());
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      take(splitter.push(value));
    }
    if (splitter.rest !== "") take([splitter.rest]);
    return { name: "ended" };
  } catch {
    return { name: "lost" };
  }
};

/**
 * Uses a WebSocket: browsers open at most six HTTP/1.1 connections to one server, and six followed logs would block every other
 * request.
 */
const followLog: LogStream = (request, take, stop) =>
  new Promise((resolve) => {
    const query = queryOf(request);
    query.set("follow", "true");
    const bearer = base64Url(new TextEncoder().encode(token.peek() ?? ""));
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${prefix}${request.path}?${query}`, [
      "binary.k8s.io",
      `base64url.bearer.authorization.k8s.io.${bearer}`,
    ]);
    socket.binaryType = "arraybuffer";
    const splitter = new LineSplitter(new TextDecoder());
    let opened = false;
    socket.onopen = () => {
      opened = true;
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => take(splitter.push(new Uint8Array(data)));
    socket.onclose = ({ code }) => {
      if (!opened) return resolve(stop.aborted ? { name: "lost" } : whyNot(request, stop));
      const whole = code === 1000 && !stop.aborted;
      if (whole && splitter.rest !== "") take([splitter.rest]);
      resolve({ name: whole ? "ended" : "lost" });
    };
    if (stop.aborted) closeSocket(socket);
    stop.addEventListener("abort", () => closeSocket(socket));
  });

/** Browsers do not expose the response to a refused WebSocket, so a plain request asks for the reason. */
async function whyNot(request: LogRequest, stop: AbortSignal): Promise<LogEnding> {
  const ending = await readLog({ ...request, tail: 0 }, () => {}, stop);
  return ending.name === "ended" ? { name: "lost" } : ending;
}

/** Temporary failures are treated like a lost connection. */
async function refusalOf(response: Response): Promise<LogEnding> {
  if (response.status === NOT_FOUND) return { name: "ended" };
  if (response.status === TOO_MANY || response.status >= 500) return { name: "lost" };
  return { name: "refused", problem: await problemOf(response) };
}

export const clusterLogs: LogPlace = { read: readLog, follow: followLog, whenVisible, whileVisible };

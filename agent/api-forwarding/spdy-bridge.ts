/**
 * Exec, attach and port-forward over SPDY/3.1, the only protocol of many programs (client-go's `NewSPDYExecutor`,
 * kubectl before 1.31), for an API that speaks WebSockets: rules SPDY-* in docs/spec/node-link.md.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ApiCalls } from "../control-plane/api-calls.ts";
import { bridgePorts } from "./bridge-ports.ts";
import { bridgeTerminal } from "./bridge-terminal.ts";
import { endToEnd } from "./end-to-end.ts";
import { acceptSpdy, passRefusal, refuse, unreachable } from "./upgrade-answers.ts";

const STREAMED = /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/(exec|attach|portforward)$/;
/** Twice as long as between the pings of a tunnel. */
const SILENCE_MS = 20_000;
const VERSIONS = "x-stream-protocol-version";

interface Bridged {
  /** The versions that are spoken here, of those that Kubernetes has for it. */
  readonly versions: readonly string[];
  /** The subprotocol of the WebSocket. */
  readonly protocol: string;
}

const PORTS: Bridged = { versions: ["portforward.k8s.io"], protocol: "SPDY/3.1+portforward.k8s.io" };
const TERMINAL: Bridged = {
  versions: ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io"],
  protocol: "v5.channel.k8s.io",
};

/** Not all that Node.js accepts from a client is a URL. */
const targetOf = ({ url = "" }: IncomingMessage) => {
  const [path = "", ...query] = url.split("?");
  return { path, query: new URLSearchParams(query.join("?")) };
};

export const requestsSpdy = (request: IncomingMessage): boolean =>
  request.headers.upgrade?.toLowerCase() === "spdy/3.1" && STREAMED.test(targetOf(request).path);

export interface BridgeOptions {
  readonly calls: ApiCalls;
  /** What the client has sent already. */
  readonly head: Buffer;
}

export async function bridgeSpdy(
  request: IncomingMessage,
  socket: Duplex,
  { calls, head }: BridgeOptions,
): Promise<void> {
  const { path, query } = targetOf(request);
  const isPorts = path.endsWith("/portforward");
  const { versions, protocol } = isPorts ? PORTS : TERMINAL;
  const offered = [request.headers[VERSIONS] ?? ""]
    .flat()
    .join()
    .split(",")
    .flatMap((each) => each.trim() || []);
  const version = offered.find((each) => versions.includes(each));
  if (version === undefined) return refuse(socket, noCommonVersion(offered, versions));
  const upstream = calls.dial(request.url ?? "", { protocol, headers: headersFor(request) });
  const giveUp = () => upstream.terminate();
  socket.once("close", giveUp);
  const refusal = await refusalOf(upstream);
  socket.off("close", giveUp);
  if (refusal instanceof Error) return refuse(socket, unreachable(refusal));
  if (refusal !== undefined) return passRefusal(socket, refusal);
  if (head.length > 0) socket.unshift(head);
  endIfSilent(upstream);
  acceptSpdy(socket, version);
  if (isPorts) await bridgePorts(socket, upstream);
  else await bridgeTerminal(socket, upstream, { version, query });
}

/** A broken network path is not reported, and the client's own connection does not use it. */
function endIfSilent(upstream: WebSocket): void {
  let isAlive = true;
  for (const event of ["message", "pong"])
    upstream.on(event, () => {
      isAlive = true;
    });
  const timer = setInterval(() => {
    // A paused connection reads nothing, not even pongs.
    if (upstream.isPaused) isAlive = true;
    else if (!isAlive) upstream.terminate();
    else isAlive = false;
  }, SILENCE_MS);
  upstream.once("close", () => clearInterval(timer));
}

function headersFor({ headers }: IncomingMessage): Record<string, string> {
  const { [VERSIONS]: _, "content-length": __, ...passed } = endToEnd(headers);
  return Object.fromEntries(Object.entries(passed).map(([name, value]) => [name, String(value)]));
}

/** The refusal or error in place of a WebSocket; undefined if it has opened, and is paused. */
const refusalOf = (upstream: WebSocket): Promise<IncomingMessage | Error | undefined> =>
  new Promise((resolve) => {
    upstream.once("open", () => {
      // Nothing is read until there is a place for it.
      upstream.pause();
      resolve(undefined);
    });
    upstream.once("unexpected-response", (_, response) => resolve(response));
    upstream.on("error", resolve);
  });

/** As by Kubernetes. */
function noCommonVersion(offered: readonly string[], versions: readonly string[]) {
  const [code, problem] =
    offered.length === 0
      ? [400, "header X-Stream-Protocol-Version does not exist in request"]
      : [
          403,
          `unable to negotiate protocol: client supports [${offered.join(" ")}], server accepts [${versions.join(" ")}]`,
        ];
  return { code: Number(code), type: "text/plain; charset=utf-8", body: `unable to upgrade: ${problem}\n` };
}

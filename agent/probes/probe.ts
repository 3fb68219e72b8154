/** One probe of a container: what it asks, and the kubelet's words for the answer. */

import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIPv6 } from "node:net";
import type { Container, HTTPGetAction, Probe } from "../../api/generated/core.v1.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { ExecTimeout } from "../runtime/runtime-error.ts";
import { probeGrpc } from "./grpc-health.ts";
import type { ProbeOutcome } from "./probe-outcome.ts";

export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
  readonly runtime: Runtime;
}

const LONGEST_OUTPUT = 10 * 1024;
/** Those that Go follows, and how many requests it makes for them at most. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REQUESTS = 10;
/** OpenSSL's words, in its versions, for an answer that begins as none of TLS does. */
const NOT_TLS = /wrong version number|packet length too long/i;

/** A port by number or by the name of a container's port. */
export function portNumber(port: number | string | undefined, container: Container): number | undefined {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port ?? "") ? Number(port) : undefined);
}

const joinHostPort = (host: string, port: number): string => (isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`);

/** A failed connection as Go words it. */
function dialError(error: NodeJS.ErrnoException, address: string): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connect: connection refused",
    EHOSTUNREACH: "connect: no route to host",
    ENETUNREACH: "connect: network is unreachable",
    ECONNRESET: "read: connection reset by peer",
  };
  return `dial tcp ${address}: ${words[error.code ?? ""] ?? error.message}`;
}

async function probeExec(command: readonly string[], { runtime, containerId }: ProbeTarget, seconds: number) {
  try {
    const { exitCode, output } = await runtime.execSync(containerId, command, seconds);
    return { ok: exitCode === 0, output: output.toString("utf8", 0, LONGEST_OUTPUT) };
  } catch (error) {
    if (error instanceof ExecTimeout)
      return { ok: false, output: `command timed out: "${command.join(" ")}" timed out after ${seconds}s` };
    return { ok: false, errored: true, output: (error as Error).message };
  }
}

function probeTcp(host: string, port: number, seconds: number): Promise<ProbeOutcome> {
  const address = joinHostPort(host, port);
  return new Promise<ProbeOutcome>((resolve) => {
    const socket = connect({ host, port });
    const finish = (outcome: ProbeOutcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(seconds * 1000, () => finish({ ok: false, output: `dial tcp ${address}: i/o timeout` }));
    socket.once("connect", () => finish({ ok: true, output: "" }));
    socket.once("error", (error) => finish({ ok: false, output: dialError(error, address) }));
    // A port or a host that there cannot be.
  }).catch((error: Error): ProbeOutcome => ({ ok: false, output: `dial tcp ${address}: ${error.message}` }));
}

export interface HttpOutcome extends ProbeOutcome {
  /** Something answered, whatever it said. */
  readonly answered: boolean;
  /** What answered speaks no TLS. */
  readonly isNotTls?: boolean;
}

function outcomeOf(statusCode: number, body: string): HttpOutcome {
  if (statusCode < 200 || statusCode >= 400)
    return { ok: false, answered: true, output: `HTTP probe failed with statuscode: ${statusCode}` };
  if (statusCode < 300) return { ok: true, answered: true, output: body };
  const output = `Probe terminated redirects, Response body: ${body}`;
  return { ok: true, warning: true, answered: true, output };
}

/**
 * Asks, and follows redirects to the same host; one to another is a success of a kind. Also what HTTP hooks do. Never
 * fails: neither who wrote the pod nor what runs in it may stop the agent.
 */
export async function getHttp(
  { path = "/", scheme = "HTTP", httpHeaders = [], host }: HTTPGetAction,
  podIP: string,
  { port, seconds, agent }: { readonly port: number; readonly seconds: number; readonly agent: string },
): Promise<HttpOutcome> {
  const target = joinHostPort(host === undefined || host === "" ? podIP : host, port);
  const first = `${scheme.toLowerCase()}://${target}${path.startsWith("/") ? path : `/${path}`}`;
  const headers: Record<string, string> = { "user-agent": agent, accept: "*/*", connection: "close" };
  for (const { name, value } of httpHeaders) {
    if (value === "") delete headers[name.toLowerCase()];
    else headers[name.toLowerCase()] = value;
  }
  if (!URL.canParse(first))
    return { ok: false, errored: true, answered: false, output: `parse "${first}": invalid URL` };
  const { hostname } = new URL(first);
  const ask = (url: URL, requests: number): Promise<HttpOutcome> =>
    new Promise((resolve) => {
      const send = url.protocol === "https:" ? httpsRequest : httpRequest;
      const request = send(url.href, { headers, rejectUnauthorized: false, agent: false }, (response) => {
        const { statusCode = 0, headers: answered } = response;
        const { location } = answered;
        const leads = REDIRECTS.has(statusCode) && location !== undefined;
        if (leads && !URL.canParse(location, url.href)) {
          response.resume();
          const output = `Get "${first}": failed to parse Location header "${location}"`;
          resolve({ ok: false, answered: true, output });
          return;
        }
        const next = leads ? new URL(location, url) : undefined;
        if (next?.hostname === hostname) {
          response.resume();
          const stopped = `Get "${next.href}": stopped after ${MOST_REQUESTS} redirects`;
          resolve(requests < MOST_REQUESTS ? ask(next, requests + 1) : { ok: false, answered: true, output: stopped });
          return;
        }
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          if (body.length < LONGEST_OUTPUT) body += chunk.slice(0, LONGEST_OUTPUT - body.length);
        });
        response.once("end", () => resolve(outcomeOf(statusCode, body)));
        response.once("error", (error) =>
          resolve({ ok: false, answered: true, output: `Get "${url.href}": ${error.message}` }),
        );
      });
      request.setTimeout(seconds * 1000, () =>
        request.destroy(Object.assign(new Error("timeout"), { code: "EPROBE" })),
      );
      request.once("error", (error: NodeJS.ErrnoException) => {
        const isNotTls = NOT_TLS.test(error.message);
        const why =
          error.code === "EPROBE"
            ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            : isNotTls
              ? "http: server gave HTTP response to HTTPS client"
              : dialError(error, target);
        resolve({ ok: false, answered: false, isNotTls, output: `Get "${first}": ${why}` });
      });
      request.end();
    });
  return ask(new URL(first), 1).catch((error: Error) => ({
    ok: false,
    answered: false,
    output: `Get "${first}": ${error.message}`,
  }));
}

export async function runProbe(probe: Probe, target: ProbeTarget): Promise<ProbeOutcome> {
  if (target.runtime.simulates) return { ok: true, output: "" };
  const seconds = probe.timeoutSeconds ?? 1;
  const { container, podIP } = target;
  if (probe.exec !== undefined) return probeExec(probe.exec.command ?? [], target, seconds);
  if (probe.httpGet !== undefined) {
    const port = portNumber(probe.httpGet.port, container);
    if (port === undefined) return noPort(probe.httpGet.port);
    return getHttp(probe.httpGet, podIP, { port, seconds, agent: "kube-probe/1.36" });
  }
  if (probe.tcpSocket !== undefined) {
    const port = portNumber(probe.tcpSocket.port, container);
    if (port === undefined) return noPort(probe.tcpSocket.port);
    return probeTcp(probe.tcpSocket.host || podIP, port, seconds);
  }
  if (probe.grpc !== undefined) {
    const { port, service = "" } = probe.grpc;
    return probeGrpc({ host: podIP, port, address: joinHostPort(podIP, port), service, seconds });
  }
  return { ok: false, errored: true, output: `missing probe handler for container ${container.name}` };
}

const noPort = (port: number | string | undefined): ProbeOutcome => ({
  ok: false,
  errored: true,
  // The kubelet shows what Go says of a name that is no number.
  output: `strconv.Atoi: parsing ${JSON.stringify(String(port))}: invalid syntax`,
});

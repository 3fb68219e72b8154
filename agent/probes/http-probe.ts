/** HTTP for probes and hooks, behaving like Go's client. */

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { errorMessage } from "../../api/error-message.ts";
import type { HTTPGetAction, HTTPHeader } from "../../api/generated/core.v1.ts";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";
import { timerMs } from "../longest-timer.ts";
import { isNotTls, requestError } from "./go-errors.ts";
import type { ProbeOutcome } from "./probe-outcome.ts";

const MAX_OUTPUT_BYTES = 10 * 1024;
/** The redirects that Go follows, and how many requests it makes at most. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REQUESTS = 10;

const HEADERS_TIMEOUT = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
const BODY_TIMEOUT = "context deadline exceeded (Client.Timeout or context cancellation while reading body)";

export interface HttpOutcome extends ProbeOutcome {
  /** Whether there was any response. */
  readonly responded: boolean;
  /** The server does not speak TLS. */
  readonly isNotTls?: boolean;
}

function outcomeOf(statusCode: number, body: string): HttpOutcome {
  if (statusCode < 200 || statusCode >= 400)
    return { ok: false, responded: true, output: `HTTP probe failed with statuscode: ${statusCode}` };
  if (statusCode < 300) return { ok: true, responded: true, output: body };
  const output = `Probe terminated redirects, Response body: ${body}`;
  return { ok: true, warning: true, responded: true, output };
}

/** Canonical like `X-Request-Id`, as Go sends it whatever case it was written in. */
const canonical = (name: string): string =>
  name.toLowerCase().replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());

/** Repeated headers are sent repeatedly. Default headers are suppressed by giving them an empty value. */
function headersOf(given: readonly HTTPHeader[], agent: string): Record<string, string | string[]> {
  const headers = new Map([
    ["User-Agent", [agent]],
    ["Accept", ["*/*"]],
  ]);
  const own = new Map<string, string[]>();
  for (const { name, value } of given) own.set(canonical(name), [...(own.get(canonical(name)) ?? []), value ?? ""]);
  for (const [name, values] of own) headers.set(name, values);
  for (const name of ["User-Agent", "Accept", "Host"]) if (headers.get(name)?.[0] === "") headers.delete(name);
  const written = [...headers].map(
    ([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values] as const,
  );
  return { ...Object.fromEntries(written), Connection: "close" };
}

/** One of a probe's requests. */
interface Target {
  readonly url: URL;
  /** The URL as errors show it: the first as it is written in the pod. */
  readonly shown: string;
  readonly address: string;
}

/** What all requests of a probe have in common. */
interface ProbeRequest {
  /** The probe's own target, to whose host redirects are followed. */
  readonly first: Target;
  readonly headers: Record<string, string | string[]>;
  /** Covers everything, including redirects and the body. */
  readonly signal: AbortSignal;
}

/**
 * Makes a request, following redirects to the same host; one to another host counts as a success with a warning. Also
 * used by HTTP hooks. Never throws: neither the author of the pod nor what runs in it may stop the agent.
 */
export async function getHttp(
  { path = "/", scheme = "HTTP", httpHeaders = [], host }: HTTPGetAction,
  podIP: string,
  { port, seconds, agent }: { readonly port: number; readonly seconds: number; readonly agent: string },
): Promise<HttpOutcome> {
  const address = joinHostPort(host === undefined || host === "" ? podIP : host, port);
  const shown = `${scheme.toLowerCase()}://${address}${path.startsWith("/") ? path : `/${path}`}`;
  if (!URL.canParse(shown))
    return { ok: false, errored: true, responded: false, output: `parse "${shown}": invalid URL` };
  const request = {
    first: { url: new URL(shown), shown, address },
    headers: headersOf(httpHeaders, agent),
    signal: AbortSignal.timeout(timerMs(seconds * 1000)),
  };
  try {
    return await followRedirects(request);
  } catch (error) {
    return { ok: false, responded: false, output: `Get "${shown}": ${errorMessage(error)}` };
  }
}

async function followRedirects(probe: ProbeRequest): Promise<HttpOutcome> {
  let target = probe.first;
  for (let requests = 1; ; requests++) {
    const outcome = await requestOnce(target, probe);
    if (!(outcome instanceof URL)) return outcome;
    if (requests === MAX_REQUESTS) {
      const output = `Get "${outcome.href}": stopped after ${MAX_REQUESTS} redirects`;
      return { ok: false, responded: true, output };
    }
    target = { url: outcome, shown: outcome.href, address: outcome.host };
  }
}

/** The outcome of one request, or where to make the next one. */
function requestOnce({ url, shown, address }: Target, probe: ProbeRequest): Promise<HttpOutcome | URL> {
  const { headers, signal } = probe;
  return new Promise((resolve) => {
    let hasResponded = false;
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(url.href, { headers, rejectUnauthorized: false, agent: false, signal }, (response) => {
      hasResponded = true;
      const redirect = redirectOf(response, url, probe);
      if (redirect) {
        response.resume();
        resolve(redirect);
        return;
      }
      const { statusCode = 0 } = response;
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk.slice(0, MAX_OUTPUT_BYTES - body.length);
        if (body.length < MAX_OUTPUT_BYTES) return;
        // The rest does not matter, and the body may be endless.
        resolve(outcomeOf(statusCode, body));
        request.destroy();
      });
      response.once("end", () => resolve(outcomeOf(statusCode, body)));
      response.once("error", (error) =>
        resolve({ ok: false, responded: true, output: `Get "${url.href}": ${error.message}` }),
      );
    });
    let local: string | undefined;
    request.once("socket", (socket) =>
      socket.once("connect", () => {
        local = joinHostPort(socket.localAddress ?? "", socket.localPort ?? 0);
      }),
    );
    request.once("error", (error: NodeJS.ErrnoException) => {
      if (signal.aborted && hasResponded)
        return resolve({ ok: false, errored: true, responded: true, output: BODY_TIMEOUT });
      const why = signal.aborted ? HEADERS_TIMEOUT : requestError(error, address, local);
      resolve({ ok: false, responded: false, isNotTls: isNotTls(error), output: `Get "${shown}": ${why}` });
    });
    request.end();
  });
}

/** Where a response leads on the same host, or the error if that is no URL; undefined: the response is the last one. */
function redirectOf(
  { statusCode = 0, headers: { location } }: IncomingMessage,
  url: URL,
  { first }: ProbeRequest,
): URL | HttpOutcome | undefined {
  if (!REDIRECTS.has(statusCode) || location === undefined) return undefined;
  if (!URL.canParse(location, url.href)) {
    const output = `Get "${first.shown}": failed to parse Location header "${location}"`;
    return { ok: false, responded: true, output };
  }
  const next = new URL(location, url);
  return next.hostname === first.url.hostname ? next : undefined;
}

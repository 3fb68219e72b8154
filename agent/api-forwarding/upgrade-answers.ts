/** Answers to a request for an upgrade, written to the connection itself. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { failure } from "../../api/machinery/status.ts";
import { isHopByHop } from "./end-to-end.ts";

/** The head as received. */
export function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const pairs = Array.from({ length: rawHeaders.length / 2 }, (_, i) => rawHeaders.slice(2 * i, 2 * i + 2));
  return renderHead(`${statusCode} ${statusMessage}`, pairs);
}

const renderHead = (status: string, headers: readonly (readonly string[])[]): string =>
  `HTTP/1.1 ${status}\r\n${headers.map((header) => `${header.join(": ")}\r\n`).join("")}\r\n`;

export function acceptSpdy(socket: Duplex, protocol: string): void {
  const upgrade = [
    ["Connection", "Upgrade"],
    ["Upgrade", "SPDY/3.1"],
  ];
  socket.write(renderHead("101 Switching Protocols", [...upgrade, ["X-Stream-Protocol-Version", protocol]]));
}

/** Forwards the server's response to a refused upgrade. */
export function passRefusal(socket: Duplex, response: IncomingMessage): void {
  const { statusCode, statusMessage, headers } = response;
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    isHopByHop(name) ? [] : [value ?? ""].flat().map((each) => [name, each]),
  );
  socket.write(renderHead(`${statusCode} ${statusMessage}`, [...kept, ["connection", "close"]]));
  response.pipe(socket);
}

export interface Refusal {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

export function refuse(socket: Duplex, { code, type, body }: Refusal): void {
  const headers = [
    ["content-type", type],
    ["content-length", String(Buffer.byteLength(body))],
    ["connection", "close"],
  ];
  socket.end(renderHead(`${code} ${STATUS_CODES[code]}`, headers) + body);
}

/** The response if the API server does not answer. */
export const unreachable = (error: Error): Refusal => {
  const status = failure(503, "ServiceUnavailable", `the API server cannot be reached: ${error.message}`);
  return { code: 503, type: "application/json", body: JSON.stringify(status) };
};

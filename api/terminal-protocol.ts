/**
 * Translates the WebSocket protocols of exec, attach and port-forward (apiserver/pkg/util/wsstream) from and to the
 * frames of a tunnel, which are those of `v5.channel.k8s.io`: a channel byte and data; a command's exit is a Status on
 * channel 3.
 */
import { decodeBase64, encodeBase64 } from "./machinery/encoding/base64.ts";
import { textOfUtf8, utf8Bytes } from "./machinery/encoding/utf8.ts";
import type { Status } from "./machinery/status.ts";

export const TERMINAL_PROTOCOLS = [
  "v5.channel.k8s.io",
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
  "channel.k8s.io",
  "base64.channel.k8s.io",
  "",
] as const;

/** Those of a log, whose messages are its bytes, as they are or in base64. */
export const BASE64_LOG = "base64.binary.k8s.io";
export const LOG_PROTOCOLS = ["binary.k8s.io", BASE64_LOG, ""] as const;

const ERROR = 3;
const ZERO = 48;

const isText = (protocol: string): boolean => protocol.includes("base64.");
/** The first protocol reports failures as plain text, and success by closing. */
const isFirst = (protocol: string): boolean => !/^v[45]\./.test(protocol);

/** Protocols whose messages are the tunnel's own. */
export const isPassedOn = (protocol: string): boolean => /^(v[45]\.channel\.|SPDY\/)/.test(protocol);

/** A frame with a command's exit, or why there was none. */
export const errorFrame = (status: Status): Uint8Array => frameOf(ERROR, utf8Bytes(JSON.stringify(status)));

/** A frame as the client reads it; undefined: it gets nothing. */
export function toClient(protocol: string, frame: Uint8Array): Uint8Array | string | undefined {
  const forClient = isFirst(protocol) && frame[0] === ERROR ? inWords(frame) : frame;
  if (forClient === undefined || !isText(protocol)) return forClient;
  return `${forClient[0]}${encodeBase64(forClient.subarray(1))}`;
}

function inWords(frame: Uint8Array): Uint8Array | undefined {
  const { status, message = "" } = JSON.parse(textOfUtf8(frame.subarray(1))) as Partial<Status>;
  return status === "Success" ? undefined : frameOf(ERROR, utf8Bytes(message));
}

function frameOf(channel: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(bytes.length + 1);
  frame[0] = channel;
  frame.set(bytes, 1);
  return frame;
}

/** A client's message as a frame; undefined: it means nothing. */
export function fromClient(protocol: string, message: ArrayBuffer | string): Uint8Array | undefined {
  if (typeof message !== "string") return new Uint8Array(message);
  if (!isText(protocol)) return utf8Bytes(message);
  const channel = message.charCodeAt(0) - ZERO;
  if (!(channel >= 0 && channel <= 9)) return undefined;
  const bytes = decodeBase64(message.slice(1));
  return typeof bytes === "number" ? undefined : frameOf(channel, bytes);
}

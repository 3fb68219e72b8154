/**
 * A request that a node answers over its link, if the answer is short and comes soon (rule LINK-REQUEST in
 * docs/spec/node-link.md): to a port of a pod, to the node's own API, or for a log. Request and answer are frames: the
 * request's id, a JSON object, a newline, and the body.
 */
import type { NodeResponse, StreamRequest } from "./node-sync.ts";

/** What is answered in one direction only, as over HTTP. */
export type OneWayRequest = Extract<StreamRequest, { kind: "http" | "node" | "logs" }>;

export interface LinkRequest {
  readonly request: OneWayRequest;
  /** Whether it may be sent again to a server that may have received it. */
  readonly isRepeatable: boolean;
}

export interface LinkAnswer {
  /** Absent: the answer is not there yet, or is long. The node sends it through a tunnel to which it is called. */
  readonly response?: NodeResponse;
}

export interface LinkFrame<Head = LinkRequest | LinkAnswer> {
  /** A UUID. */
  readonly id: string;
  readonly head: Head;
  readonly body: Uint8Array;
}

/** What the node hub says of a request: the frame of its answer, or why there is none. */
export type LinkOutcome =
  | Uint8Array
  /** The node has no link, or no room in it, or its agent is older. */
  | "not sent"
  /** The node may have made the request, but will not answer it. */
  | "lost";

/** Bytes of a body. Platforms refuse messages of 1 MiB. */
export const MAX_LINK_BODY = 256 * 1024;

/** The query by which a node that dials its link says that it answers such requests: older agents do not. */
export const ANSWERS_REQUESTS = "requests";

const ID_LENGTH = 36;
const NEWLINE = 10;

/** The platform's own encoder and decoder of UTF-8. */
export interface Utf8 {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

export function renderLinkFrame({ id, head, body }: LinkFrame, utf8: Pick<Utf8, "encode">): Uint8Array<ArrayBuffer> {
  const start = utf8.encode(`${id}${JSON.stringify(head)}\n`);
  const frame = new Uint8Array(start.length + body.length);
  frame.set(start);
  frame.set(body, start.length);
  return frame;
}

export const idOfFrame = (frame: Uint8Array): string => String.fromCharCode(...frame.subarray(0, ID_LENGTH));

/** Undefined if it cannot be read: a node may send anything. */
export function parseLinkFrame<Head extends LinkRequest | LinkAnswer>(
  frame: Uint8Array,
  utf8: Pick<Utf8, "decode">,
): LinkFrame<Head> | undefined {
  const end = frame.indexOf(NEWLINE, ID_LENGTH);
  if (end === -1) return undefined;
  try {
    const head = JSON.parse(utf8.decode(frame.subarray(ID_LENGTH, end))) as Head | null;
    if (typeof head !== "object" || head === null) return undefined;
    return { id: idOfFrame(frame), head, body: frame.subarray(end + 1) };
  } catch {
    return undefined;
  }
}

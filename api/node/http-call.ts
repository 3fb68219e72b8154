/**
 * A request to a pod's port that is made over the node's link: a short text whose response is a short text, such as a
 * webhook's. Everything else takes a tunnel (rule LINK-HTTP in docs/spec/node-link.md).
 */
import { utf8Length } from "../machinery/encoding/utf8.ts";
import type { NodeResponse, PodHttpRequest } from "./node-sync.ts";

export interface NodeHttpCall {
  readonly type: "http";
  readonly id: string;
  readonly request: PodHttpRequest;
  readonly body: string;
  /** How long the node may take. */
  readonly milliseconds: number;
}

export interface NodeHttpResponse {
  readonly type: "http";
  readonly id: string;
  readonly response: NodeResponse;
  /** The body of the pod's response; absent: it does not fit the link. */
  readonly body?: string;
}

/** Bytes of a body. Platforms refuse messages of 1 MiB, and JSON escapes quotes. */
export const MAX_CALL_BYTES = 256 * 1024;

export const fitsCall = (body: string): boolean => body.length <= MAX_CALL_BYTES && utf8Length(body) <= MAX_CALL_BYTES;

/** The query by which a node that dials its link says that it answers such calls: older agents ignore them. */
export const ANSWERS_CALLS = "calls";

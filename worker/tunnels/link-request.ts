/** Requests over the link of their node (rule LINK-REQUEST). */
import {
  type LinkAnswer,
  type LinkRequest,
  MAX_LINK_BODY,
  parseLinkFrame,
  renderLinkFrame,
} from "../../api/node/link-request.ts";
import type { Env } from "../env.ts";
import { responseOfNode, UNREADABLE } from "./node-response.ts";

export interface OverLink extends LinkRequest {
  readonly env: Pick<Env, "NODE_HUB">;
  readonly cluster: string;
  readonly node: string;
  readonly body: Uint8Array;
}

export type LinkResult =
  | { readonly kind: "answered"; readonly response: Response }
  /** The node holds the answer to the request of this id. */
  | { readonly kind: "held"; readonly id: string }
  | { readonly kind: "not sent" }
  /** The node may have made the request, but will not answer it. */
  | { readonly kind: "lost" };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function requestOverLink({ env, cluster, node, body, ...head }: OverLink): Promise<LinkResult> {
  if (body.length > MAX_LINK_BODY) return { kind: "not sent" };
  const id = crypto.randomUUID();
  const frame = renderLinkFrame({ id, head, body }, encoder);
  const outcome = await env.NODE_HUB.getByName(cluster).request(node, frame);
  if (typeof outcome === "string") return { kind: outcome };
  const answer = parseLinkFrame<LinkAnswer>(outcome, decoder);
  if (answer && answer.head.response === undefined) return { kind: "held", id };
  return { kind: "answered", response: readable(answer?.head.response, answer?.body) };
}

/** What the platform refuses as a response cannot be read, either. */
function readable(response = UNREADABLE, body: Uint8Array = new Uint8Array()): Response {
  try {
    return responseOfNode(response, body);
  } catch {
    return responseOfNode(UNREADABLE, body);
  }
}

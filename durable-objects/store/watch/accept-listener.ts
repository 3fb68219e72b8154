/** Sockets that listen for changes (rule WATCH-NOTICE), limited per client (rule FAIR-SOCKET). */
import { parseListenerUrl } from "../../../api/store/store-stream.ts";

/** 429 if it is one too many. The socket's tag names its holder, since nothing else survives the object's sleep. */
export async function acceptListener(
  state: Pick<DurableObjectState, "getWebSockets" | "acceptWebSocket">,
  { url }: Request,
): Promise<Response> {
  const { holder, most = Number.POSITIVE_INFINITY } = parseListenerUrl(url);
  const tag = holder && (await tagOf(holder.name));
  const isFull =
    state.getWebSockets().length >= most ||
    (holder && tag !== undefined && state.getWebSockets(tag).length >= holder.most);
  if (isFull) return new Response(null, { status: 429 });
  const { 0: client, 1: server } = new WebSocketPair();
  state.acceptWebSocket(server, tag === undefined ? [] : [tag]);
  return new Response(null, { status: 101, webSocket: client });
}

/** The platform allows 256 characters. */
async function tagOf(name: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Connections to pods that are called again and again, such as webhooks and API servers: a handshake of TLS costs more
 * than the call. Like Go's client, the agent keeps those that are idle for a while.
 */
import { Agent, type ClientRequestArgs, type IncomingMessage, request as send } from "node:http";
import type { Duplex } from "node:stream";
import { endToEnd } from "../../api/machinery/network/end-to-end-headers.ts";
import type { PodHttpRequest } from "../../api/node/node-sync.ts";
import { responseTo, secured } from "./http.ts";

/** Go's servers close what is idle for longer than three minutes by default; others sooner, which is found out. */
const IDLE_MS = 60_000;
/** For each server. */
const MAX_IDLE = 16;

interface PodConnection {
  /** What has the same name is the same server, verified in the same way. */
  readonly connectionName: string;
  readonly open: () => Promise<Duplex>;
}

type Options = Partial<PodConnection>;

class PodConnections extends Agent {
  constructor() {
    super({ keepAlive: true, maxFreeSockets: MAX_IDLE, timeout: IDLE_MS });
  }

  override getName(options?: ClientRequestArgs): string {
    return (options as Options | undefined)?.connectionName ?? super.getName(options);
  }

  override createConnection(
    options: ClientRequestArgs,
    created?: (error: Error | null, connection: Duplex) => void,
  ): undefined {
    const { open = () => Promise.reject<Duplex>(new Error("no connection is given")) } = options as Options;
    open().then(
      (connection) => {
        // The runtime's connections stay half open, and nothing would tell a request that it was sent into one.
        connection.once("end", () => connection.destroy());
        created?.(null, connection);
      },
      (error: Error) => created?.(error, undefined as never),
    );
  }
}

const podConnections = new PodConnections();

const connectionNameOf = ({ pod, uid, address, port, tls }: PodHttpRequest): string =>
  JSON.stringify([pod, uid, address, port, tls]);

export interface PodRequest {
  readonly request: PodHttpRequest;
  readonly body: Uint8Array;
  /** Whether it may be sent again to a server that may have received it. */
  readonly isRepeatable: boolean;
  readonly connect: () => Promise<Duplex>;
  readonly signal: AbortSignal;
}

/** Makes a request over a connection that is kept, or a new one. */
export async function requestPod(call: PodRequest): Promise<IncomingMessage> {
  const { request, body, isRepeatable, connect, signal } = call;
  const { method, path, headers, tls } = request;
  const connection: PodConnection = {
    connectionName: connectionNameOf(request),
    open: async () => (tls === undefined ? connect() : secured(await connect(), tls, signal)),
  };
  const fields = endToEnd(headers).flat();
  const sent = send({ method, path, headers: fields, setHost: false, agent: podConnections, ...connection });
  const stop = () => void sent.destroy();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  // Its connection may be another request's by then.
  sent.once("close", () => signal.removeEventListener("abort", stop));
  sent.end(body);
  try {
    return await responseTo(sent);
  } catch (error) {
    // The server has closed the connection while nobody used it.
    const isStale = sent.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
    if (!isStale || !isRepeatable || signal.aborted) throw error;
    return requestPod(call);
  }
}

/**
 * TLS connections to pods that are called again and again, such as webhooks: a handshake costs more than the call. Like
 * Go's client, the agent keeps those that are idle for a while.
 */
import { Agent, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import type { PodHttpRequest } from "../../api/node/node-sync.ts";

/** Go's servers close what is idle for longer than three minutes by default; others sooner, which is found out. */
const IDLE_MS = 60_000;
/** For each server. */
const MAX_IDLE = 4;

export interface PodConnection {
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
      (connection) => created?.(null, connection),
      (error: Error) => created?.(error, undefined as never),
    );
  }
}

export const podConnections = new PodConnections();

export const connectionNameOf = ({ pod, uid, address, port, tls }: PodHttpRequest): string =>
  JSON.stringify([pod, uid, address, port, tls]);

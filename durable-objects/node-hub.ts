/**
 * Holds the nodes' links, hibernating, and tells each node what it must know as it is committed. One for each cluster,
 * named by it. What is told is decided in node-hub/node-feed.ts; the rules are in docs/spec/node-link.md.
 */
import { DurableObject } from "cloudflare:workers";
import type { NodeMessage, NodeSync } from "../api/node-sync.ts";
import type { Change, Revision, Store } from "../api/store.ts";
import { changeOf, FOLLOWED, type References, readObjects, snapshotFor, syncFor, tell } from "./node-hub/node-feed.ts";
import { markUnknown, type NodeLifeEnv } from "./node-hub/node-life.ts";

export interface NodeHubEnv extends NodeLifeEnv {
  readonly CLUSTER_STORE: DurableObjectNamespace;
}

/** What a socket remembers through hibernation. */
interface Attachment {
  readonly node: string;
  readonly cluster: string;
  /** Everything up to here has been told. */
  readonly revision: number;
}

/** Kubernetes' node-monitor-grace-period. */
const GRACE_MS = 40_000;
const LIFE = "left:";

export class NodeHub extends DurableObject<NodeHubEnv> {
  /** By node; made again from the store after hibernation. */
  readonly #references = new Map<string, References>();
  /** When nodes without a socket last asked (ms). */
  readonly #polled = new Map<string, number>();
  /** Links and pushes one after the other, so that no push overtakes a snapshot. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(state: DurableObjectState, env: NodeHubEnv) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  #store(cluster: string): Store {
    return this.env.CLUSTER_STORE.getByName(cluster) as unknown as Store;
  }

  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(job);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** A link (an upgrade) or a sync of `?node=` in `?cluster=`, authorized by the Worker. */
  override async fetch(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const node = query.get("node") ?? "";
    const cluster = query.get("cluster") ?? "";
    const since = Number(query.get("since") ?? 0);
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
      this.#polled.set(node, Date.now());
      await this.#seen(node);
      return Response.json(await syncFor(this.#store(cluster), node, since));
    }
    const { 0: client, 1: server } = new WebSocketPair();
    for (const old of this.ctx.getWebSockets(node)) old.close(1012, "the node has connected again");
    this.ctx.acceptWebSocket(server, [node]);
    await this.#inTurn(async () => {
      await this.#seen(node);
      const { sync, references } = await snapshotFor(this.#store(cluster), node);
      this.#references.set(node, references);
      this.#send(server, { node, cluster, revision: sync.revision }, sync);
    });
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
    return new Response(null, { status: 101, webSocket: client });
  }

  #send(socket: WebSocket, attachment: Attachment, message?: NodeMessage): void {
    socket.serializeAttachment(attachment);
    if (message === undefined) return;
    try {
      socket.send(JSON.stringify(message));
    } catch {
      // Closing: the node comes again and asks for what it missed.
    }
  }

  /** The store's log has grown. */
  async poke({ cluster }: { readonly cluster: string; readonly revision: Revision }): Promise<undefined> {
    if (this.ctx.getWebSockets().length === 0) return;
    await this.#inTurn(() => this.#push(cluster));
  }

  async #push(cluster: string): Promise<void> {
    const sockets = this.ctx.getWebSockets();
    if (sockets.length === 0) return;
    const store = this.#store(cluster);
    const attached = sockets.map((socket) => ({ socket, at: socket.deserializeAttachment() as Attachment }));
    let from = Math.min(...attached.map(({ at }) => at.revision));
    for (;;) {
      const tail = await store.after({ revision: from as Revision, resources: [...FOLLOWED] });
      for (const one of attached) {
        const sync = tail.ok
          ? await this.#changesFor(store, one.at, tail.changes, tail.revision)
          : await this.#everything(store, one.at.node);
        one.at = { ...one.at, revision: sync.revision };
        this.#send(one.socket, one.at, sync.reset || sync.changes.length > 0 ? sync : undefined);
      }
      if (!tail.ok || !tail.more) return;
      from = tail.revision;
    }
  }

  async #everything(store: Store, node: string): Promise<NodeSync> {
    const { sync, references } = await snapshotFor(store, node);
    this.#references.set(node, references);
    return sync;
  }

  async #changesFor(
    store: Store,
    { node, revision: told }: Attachment,
    all: readonly Change[],
    revision: Revision,
  ): Promise<NodeSync> {
    const references = this.#references.get(node);
    if (references === undefined) return this.#everything(store, node);
    const changes = [];
    const need = new Set<string>();
    for (const change of all) {
      if (change.revision <= told) continue;
      const { own, need: more } = tell(change, node, references);
      if (own) changes.push(changeOf(change, node));
      for (const key of more) need.add(key);
    }
    // What a new pod names comes before the pod.
    return { type: "sync", revision, reset: false, changes: [...(await readObjects(store, need)), ...changes] };
  }

  /** When each node was last heard of (ms); Infinity for those that are connected. */
  async heard(): Promise<Readonly<Record<string, number>>> {
    const left = await this.ctx.storage.list<{ readonly at: number }>({ prefix: LIFE });
    const connected = this.ctx
      .getWebSockets()
      .map((socket) => (socket.deserializeAttachment() as Attachment | null)?.node);
    return Object.fromEntries([
      ...[...left].map(([key, { at }]) => [key.slice(LIFE.length), at]),
      ...this.#polled,
      ...connected.flatMap((node) => (node === undefined ? [] : [[node, Number.POSITIVE_INFINITY]])),
    ]);
  }

  /** Passes a message to a node; answers whether it is there to hear it. */
  async call(node: string, message: NodeMessage): Promise<boolean> {
    const [socket] = this.ctx.getWebSockets(node).filter(({ readyState }) => readyState === WebSocket.OPEN);
    if (socket === undefined) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  async #seen(node: string): Promise<void> {
    await this.ctx.storage.delete(`${LIFE}${node}`);
  }

  async #left(socket: WebSocket): Promise<void> {
    const { node, cluster } = socket.deserializeAttachment() as Attachment;
    const others = this.ctx.getWebSockets(node).filter((other) => other !== socket);
    if (others.length > 0) return;
    this.#references.delete(node);
    await this.ctx.storage.put(`${LIFE}${node}`, { cluster, at: Date.now() });
    await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
  }

  /** Ends links that are silent, and gives up nodes that have been away for too long. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    for (const socket of this.ctx.getWebSockets()) {
      const heard = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime();
      if (heard !== undefined && now - heard > GRACE_MS) {
        socket.close(1011, "silent");
        await this.#left(socket);
      }
    }
    const left = await this.ctx.storage.list<{ readonly cluster: string; readonly at: number }>({ prefix: LIFE });
    let waiting = false;
    for (const [key, { cluster, at }] of left) {
      if (now - at < GRACE_MS) {
        waiting = true;
        continue;
      }
      if (await markUnknown(this.env, cluster, key.slice(LIFE.length))) await this.ctx.storage.delete(key);
      else waiting = true;
    }
    if (waiting || this.ctx.getWebSockets().length > 0) await this.ctx.storage.setAlarm(now + GRACE_MS);
  }
}

/**
 * Holds the nodes' links, hibernating, and tells each node what it must know as it is committed. One for each cluster,
 * named by it. What is told is decided in node-hub/node-feed.ts; the rules are in docs/spec/node-link.md.
 */
import { DurableObject } from "cloudflare:workers";
import type { NodeMessage, NodeSync } from "../api/node-sync.ts";
import type { NodeUsage, UsageAnswer } from "../api/node-usage.ts";
import type { GroupResource, Revision, Store } from "../api/store.ts";
import { eraseObject } from "./erase-object.ts";
import { FOLLOWED, newsOf, readObjects, snapshotFor, syncFor, type Told } from "./node-hub/node-feed.ts";
import { markUnknown, type NodeLifeEnv } from "./node-hub/node-life.ts";
import { UsageCalls } from "./node-hub/usage-calls.ts";

export interface NodeHubEnv extends NodeLifeEnv {
  readonly CLUSTER_STORE: DurableObjectNamespace;
}

/** What a socket remembers through hibernation. */
interface Attachment {
  readonly node: string;
  readonly cluster: string;
}

/** Kubernetes' node-monitor-grace-period. */
const GRACE_MS = 40_000;
const LIFE = "left:";

export class NodeHub extends DurableObject<NodeHubEnv> {
  /** By node, and in memory alone: writing it to each socket at each commit would cost more than telling all once again. */
  readonly #told = new Map<string, Told>();
  /** When nodes without a socket last asked (ms). */
  readonly #polled = new Map<string, number>();
  readonly #usage = new UsageCalls();
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
      const sync = await this.#everything(this.#store(cluster), node);
      server.serializeAttachment({ node, cluster } satisfies Attachment);
      send(server, sync);
    });
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** The store's log has grown. Answers what it needs to hear of. */
  async poke({
    cluster,
  }: {
    readonly cluster: string;
    readonly revision: Revision;
  }): Promise<readonly GroupResource[]> {
    if (this.ctx.getWebSockets().length > 0) await this.#inTurn(() => this.#push(cluster));
    return FOLLOWED;
  }

  /** The sockets of each node that has been told what there is; who has just come is told in its turn. */
  #links(): ReadonlyMap<string, readonly WebSocket[]> {
    const links = new Map<string, WebSocket[]>();
    for (const socket of this.ctx.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as Attachment | null;
      if (attachment === null) continue;
      const sockets = links.get(attachment.node);
      if (sockets) sockets.push(socket);
      else links.set(attachment.node, [socket]);
    }
    return links;
  }

  async #push(cluster: string): Promise<void> {
    const links = this.#links();
    if (links.size === 0) return;
    const store = this.#store(cluster);
    const tellEverything = async (nodes: Iterable<string>) => {
      for (const node of nodes) {
        const sync = await this.#everything(store, node);
        for (const socket of links.get(node) ?? []) send(socket, sync);
      }
    };
    await tellEverything([...links.keys()].filter((node) => !this.#told.has(node)));
    for (;;) {
      const told = new Map([...this.#told].filter(([node]) => links.has(node)));
      const from = Math.min(...[...told.values()].map(({ revision }) => revision));
      const tail = await store.after({ revision: from as Revision, resources: [...FOLLOWED] });
      if (!tail.ok) return tellEverything(links.keys());
      for (const [node, news] of newsOf(tail.changes, told)) {
        if (news.again) {
          await tellEverything([node]);
          continue;
        }
        // What a new pod names comes before the pod.
        const changes = [...(await readObjects(store, news.need)), ...news.changes];
        const sync: NodeSync = { type: "sync", revision: tail.revision, reset: false, changes };
        for (const socket of links.get(node) ?? []) send(socket, sync);
      }
      for (const { type, key } of tail.changes) {
        if (type !== "DELETED" || key.resource !== "nodes") continue;
        // Its credential went with it.
        for (const socket of links.get(key.name) ?? []) socket.close(1008, "the node was deleted");
      }
      for (const [node, each] of told)
        if (this.#told.get(node) === each)
          this.#told.set(node, { ...each, revision: Math.max(each.revision, tail.revision) });
      if (!tail.more) return;
    }
  }

  async #everything(store: Store, node: string): Promise<NodeSync> {
    const { sync, ...known } = await snapshotFor(store, node);
    this.#told.set(node, { ...known, revision: sync.revision });
    return sync;
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

  /** The cluster is deleted. */
  async erase(): Promise<void> {
    await eraseObject(this.ctx);
  }

  /** What these nodes and their pods use; those that do not answer are left out. */
  async usage(nodes: readonly string[]): Promise<readonly NodeUsage[]> {
    return this.#usage.ask(nodes, (node, call) => this.#tell(node, call), Date.now);
  }

  /** All that a node says over its link, beside its pings. */
  override webSocketMessage(socket: WebSocket, text: string | ArrayBuffer): void {
    const attachment = socket.deserializeAttachment() as Attachment | null;
    const answer = typeof text === "string" ? parseAnswer(text) : undefined;
    if (attachment !== null && answer) this.#usage.answered(attachment.node, answer);
  }

  /** Passes a message to a node; answers whether it is there to hear it. */
  async call(node: string, message: NodeMessage): Promise<boolean> {
    return this.#tell(node, message);
  }

  #tell(node: string, message: NodeMessage): boolean {
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
    const attachment = socket.deserializeAttachment() as Attachment | null;
    if (attachment === null) return;
    const { node, cluster } = attachment;
    const others = this.ctx.getWebSockets(node).filter((other) => other !== socket);
    if (others.length > 0) return;
    this.#told.delete(node);
    this.#usage.forget(node);
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

function parseAnswer(text: string): UsageAnswer | undefined {
  try {
    const message = JSON.parse(text) as Partial<UsageAnswer>;
    return message.type === "usage" && message.usage ? (message as UsageAnswer) : undefined;
  } catch {
    return undefined;
  }
}

function send(socket: WebSocket, message: NodeMessage): void {
  try {
    socket.send(JSON.stringify(message));
  } catch {
    // Closing: the node comes again and asks for what it missed.
  }
}

/**
 * Holds the nodes' links, hibernating, and tells each node what it must know as it is committed. One for each cluster,
 * named by it. What is told is decided in node-hub/node-feed.ts; the rules are in docs/spec/node-link.md.
 */
import { DurableObject } from "cloudflare:workers";
import type { Answered, Asked } from "../api/asked.ts";
import type { NodeMessage } from "../api/node-sync.ts";
import type { NodeUsage, UsageAnswer } from "../api/node-usage.ts";
import type { Revision, Store, Tail } from "../api/store.ts";
import { eraseObject } from "./erase-object.ts";
import { lookAtNetwork } from "./look-at-network.ts";
import { type Attachment, attachmentOf, LEFT, MOST_TUNNELS, noteTunnel } from "./node-hub/attachment.ts";
import {
  FOLLOWED,
  NAMED,
  newsOf,
  readObjects,
  referencesOf,
  snapshotFor,
  syncFor,
  type Told,
} from "./node-hub/node-feed.ts";
import { markUnknown, type NodeLifeEnv } from "./node-hub/node-life.ts";
import { syncText } from "./node-hub/sync-text.ts";
import { UsageCalls } from "./node-hub/usage-calls.ts";
import { Rounds } from "./rounds.ts";
import type { Hearing } from "./store/pokes.ts";
import type { Tunnel } from "./tunnel.ts";

export interface NodeHubEnv extends NodeLifeEnv {
  readonly API: Fetcher & PassingOn;
  readonly CLUSTER_STORE: DurableObjectNamespace;
  readonly TUNNEL: DurableObjectNamespace<Tunnel>;
}

interface PassingOn {
  passed(together: { readonly cluster: string; readonly asked: readonly Asked[] }): Promise<readonly Answered[]>;
}

/** Of a node that left: when (ms), and what may hang on it. */
interface Left {
  readonly cluster: string;
  readonly at: number;
  readonly tunnels?: readonly string[];
}

/** Kubernetes' node-monitor-grace-period. */
const GRACE_MS = 40_000;
const LIFE = "left:";
const POLLS = "polls:";
/** Up to where all linked nodes have been told, at least: a row at most so often (ms), or each commit would write one. */
const TOLD = "told";
const TOLD_EVERY_MS = 10_000;
/** Reports of a round, of all nodes together: some 10 ms, so that what the loops do for the pods to come goes before. */
const REPORTS = 12;

/** A pod that names something new is told together with it; what changes in a volume may come a moment later. */
const HEARING: Hearing = { promptly: FOLLOWED.filter((resource) => !NAMED.has(resource)), patiently: [...NAMED] };

export class NodeHub extends DurableObject<NodeHubEnv> {
  /** By node. What sleep takes of it is read again: where the telling stood, and what pods name when somebody asks. */
  readonly #told = new Map<string, Told>();
  /** Everybody in `#told` knows everything up to here. */
  #through: Revision | undefined;
  #noted: { readonly revision: Revision; readonly at: number } | undefined;
  /** The references in `#told` are all there are. */
  #referencesRead = true;
  readonly #peers = new Map<string, string>();
  /** The nodes' sockets; undefined: ask the platform. */
  #links: ReadonlyMap<string, readonly WebSocket[]> | undefined;
  /** When nodes without a socket last asked (ms). */
  readonly #polled = new Map<string, number>();
  readonly #usage = new UsageCalls();
  #reports: Rounds | undefined;
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
      if (!this.#polled.has(node)) await this.#firstPoll(node, cluster);
      this.#polled.set(node, Date.now());
      const headers = { "Content-Type": "application/json", ...dated() };
      return new Response(await syncFor(this.#store(cluster), node, since), { headers });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    const tunnels = await this.#tunnelsOf(node);
    for (const old of this.ctx.getWebSockets(node)) old.close(1012, "the node has connected again");
    this.ctx.acceptWebSocket(server, [node]);
    await this.#inTurn(async () => {
      await this.#seen(node);
      await this.#wake();
      await this.#tellEverything(this.#store(cluster), [node], [server]);
      server.serializeAttachment({
        node,
        cluster,
        policed: this.#told.get(node)?.policed ?? false,
        since: Date.now(),
        tunnels,
      } satisfies Attachment);
      this.#links = undefined;
      await this.#note();
    });
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
    return new Response(null, { status: 101, webSocket: client, headers: dated() });
  }

  /** The store's log has grown. Answers what it needs to hear of. */
  async poke({ cluster }: { readonly cluster: string; readonly revision: Revision }): Promise<Hearing> {
    if (this.ctx.getWebSockets().length > 0) await this.#inTurn(() => this.#push(cluster));
    return HEARING;
  }

  /** The sockets of each node that has been told what there is; who has just come is told in its turn. */
  #linked(): ReadonlyMap<string, readonly WebSocket[]> {
    if (this.#links) return this.#links;
    const links = new Map<string, WebSocket[]>();
    for (const socket of this.ctx.getWebSockets()) {
      const attachment = attachmentOf(socket);
      if (attachment === undefined) continue;
      const sockets = links.get(attachment.node);
      if (sockets) sockets.push(socket);
      else links.set(attachment.node, [socket]);
    }
    this.#links = links;
    return links;
  }

  /** Remembers what was told before a sleep. */
  async #wake(): Promise<void> {
    if (this.#through !== undefined) return;
    this.#through = await this.ctx.storage.get<Revision>(TOLD);
    if (this.#through === undefined) return;
    for (const [node, [socket]] of this.#linked()) {
      const policed = (socket && attachmentOf(socket))?.policed ?? false;
      this.#told.set(node, { references: new Map(), revision: this.#through, policed });
      this.#referencesRead = false;
    }
  }

  /** Writes down how far the telling is. */
  async #note(): Promise<void> {
    if (this.#through === undefined || this.#through === this.#noted?.revision) return;
    if (this.#noted && Date.now() - this.#noted.at < TOLD_EVERY_MS) return;
    this.#noted = { revision: this.#through, at: Date.now() };
    await this.ctx.storage.put(TOLD, this.#through);
  }

  async #push(cluster: string): Promise<void> {
    await this.#wake();
    const links = this.#linked();
    const store = this.#store(cluster);
    const strangers = [...links.keys()].filter((node) => !this.#told.has(node));
    if (strangers.length > 0) await this.#tellEverything(store, strangers);
    for (let more = true; more && this.#through !== undefined; ) {
      const tail = await store.after({ revision: this.#through, resources: [...FOLLOWED] });
      if (!tail.ok) {
        this.#through = undefined;
        await this.#tellEverything(store, links.keys());
        break;
      }
      await this.#tellNews(store, tail);
      this.#through = tail.revision;
      more = tail.more;
    }
    await this.#note();
  }

  async #tellNews(store: Store, { changes, revision }: Tail): Promise<void> {
    const links = this.#linked();
    if (!this.#referencesRead && changes.some(({ key }) => NAMED.has(key.resource))) {
      const references = await referencesOf(store, new Set(this.#told.keys()));
      for (const [node, told] of this.#told)
        this.#told.set(node, { ...told, references: references.get(node) ?? told.references });
      this.#referencesRead = true;
    }
    for (const [node, news] of newsOf(changes, this.#told, this.#peers)) {
      if (news.again) {
        await this.#tellEverything(store, [node]);
        continue;
      }
      // What a new pod names comes before the pod.
      const sync = syncText(revision, "what is new", [...(await readObjects(store, news.need)), ...news.changes]);
      for (const socket of links.get(node) ?? []) send(socket, sync);
    }
    for (const { type, key } of changes) {
      if (type !== "DELETED" || key.resource !== "nodes") continue;
      // Its credential went with it.
      for (const socket of links.get(key.name) ?? []) socket.close(1008, "the node was deleted");
    }
  }

  /** To these sockets, or those that the nodes have. */
  async #tellEverything(store: Store, nodes: Iterable<string>, sockets?: readonly WebSocket[]): Promise<void> {
    if (this.#told.size === 0) this.#through = undefined;
    for (const node of nodes) {
      const { sync, ...known } = await snapshotFor(store, node);
      this.#told.set(node, known);
      this.#through ??= known.revision;
      for (const socket of sockets ?? this.#linked().get(node) ?? []) {
        const attachment = attachmentOf(socket);
        if (attachment) socket.serializeAttachment({ ...attachment, policed: known.policed } satisfies Attachment);
        send(socket, sync);
      }
    }
  }

  /** When each node was last heard of (ms); Infinity for those that are connected. */
  async heard(): Promise<Readonly<Record<string, number>>> {
    const left = await this.ctx.storage.list<Left>({ prefix: LIFE });
    const connected = this.ctx.getWebSockets().map((socket) => attachmentOf(socket)?.node);
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
    const attachment = attachmentOf(socket);
    const answer = typeof text === "string" ? parseAnswer(text) : undefined;
    if (attachment !== undefined && answer) this.#usage.answered(attachment.node, answer);
  }

  /** What a node tells of its pods, authorized by the Worker: nodes take turns with each other, and leave turns to everybody else. */
  async report(cluster: string, asked: readonly Asked[]): Promise<readonly Answered[]> {
    this.#reports ??= new Rounds({
      ask: (round) => this.env.API.passed({ cluster, asked: round }),
      most: REPORTS,
      pause: lookAtNetwork,
      isUrgent: ({ path }) => path.endsWith("/status"),
    });
    const reports = this.#reports;
    return Promise.all(asked.map((each) => reports.ask(each)));
  }

  /** Passes a message to a node; answers whether it is there to hear it. */
  async call(node: string, message: NodeMessage): Promise<boolean> {
    return this.#tell(node, message);
  }

  async isLinked(node: string): Promise<boolean> {
    return this.#socketOf(node) !== undefined;
  }

  #socketOf(node: string): WebSocket | undefined {
    return this.ctx.getWebSockets(node).find(({ readyState }) => readyState === WebSocket.OPEN);
  }

  #tell(node: string, message: NodeMessage): boolean {
    const socket = this.#socketOf(node);
    if (socket === undefined) return false;
    if (message.type === "tunnel") noteTunnel(socket, message.id);
    socket.send(JSON.stringify(message));
    return true;
  }

  /** What the node was called to before it connected again, which goes on where it can. */
  async #tunnelsOf(node: string): Promise<readonly string[]> {
    const left = await this.ctx.storage.get<Left>(`${LIFE}${node}`);
    const sockets = this.ctx.getWebSockets(node).map(attachmentOf);
    return [...(left?.tunnels ?? []), ...sockets.flatMap((attachment) => attachment?.tunnels ?? [])].slice(
      -MOST_TUNNELS,
    );
  }

  /** Nobody on either side would notice that the way between them is cut. */
  async #cut({ cluster, tunnels = [] }: Left): Promise<void> {
    const cuts = tunnels.map((id) => this.env.TUNNEL.getByName(`${cluster}/${id}`).cut());
    await Promise.allSettled(cuts);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  /** Who polls says no goodbye: when it last did is looked at from time to time. */
  async #firstPoll(node: string, cluster: string): Promise<void> {
    await this.#seen(node);
    await this.ctx.storage.put(`${POLLS}${node}`, cluster);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
  }

  /** Of those who polled and do not any more; answers whether some still do. */
  async #lookAtPolling(now: number): Promise<boolean> {
    const polling = await this.ctx.storage.list<string>({ prefix: POLLS });
    for (const [key, cluster] of polling) {
      const node = key.slice(POLLS.length);
      const isLinked = this.ctx.getWebSockets(node).some((socket) => attachmentOf(socket) !== undefined);
      if (!isLinked && now - (this.#polled.get(node) ?? 0) < GRACE_MS) continue;
      await this.ctx.storage.delete(key);
      this.#polled.delete(node);
      if (!isLinked) await this.ctx.storage.put(`${LIFE}${node}`, { cluster, at: now - GRACE_MS } satisfies Left);
      polling.delete(key);
    }
    return polling.size > 0;
  }

  async #seen(node: string): Promise<void> {
    await this.ctx.storage.delete(`${LIFE}${node}`);
  }

  async #left(socket: WebSocket): Promise<void> {
    const attachment = attachmentOf(socket);
    if (attachment === undefined) return;
    const { node, cluster, tunnels } = attachment;
    this.#links = undefined;
    // Who is cut off never says goodbye: the socket stays, and must not count as its node's.
    socket.serializeAttachment(LEFT);
    const others = this.ctx.getWebSockets(node).filter((other) => other.deserializeAttachment() !== LEFT);
    if (others.length > 0) return;
    this.#told.delete(node);
    this.#polled.delete(node);
    this.#usage.forget(node);
    await this.ctx.storage.put(`${LIFE}${node}`, { cluster, at: Date.now(), tunnels } satisfies Left);
    await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
  }

  /** Ends links that are silent, and gives up nodes that have been away for too long. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    for (const socket of this.ctx.getWebSockets()) {
      const attachment = attachmentOf(socket);
      if (attachment === undefined) continue;
      const heard = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? attachment.since;
      if (now - heard > GRACE_MS) {
        socket.close(1011, "silent");
        await this.#left(socket);
      }
    }
    let waiting = await this.#lookAtPolling(now);
    const left = await this.ctx.storage.list<Left>({ prefix: LIFE });
    for (const [key, gone] of left) {
      if (now - gone.at < GRACE_MS) {
        waiting = true;
        continue;
      }
      await this.#cut(gone);
      if (await markUnknown(this.env, gone.cluster, key.slice(LIFE.length))) await this.ctx.storage.delete(key);
      else waiting = true;
    }
    if (waiting || this.ctx.getWebSockets().length > 0) await this.ctx.storage.setAlarm(now + GRACE_MS);
  }
}

/** By which a node sees that its clock is wrong. */
const dated = () => ({ Date: new Date().toUTCString() });

function parseAnswer(text: string): UsageAnswer | undefined {
  try {
    const message = JSON.parse(text) as Partial<UsageAnswer>;
    return message.type === "usage" && message.usage ? (message as UsageAnswer) : undefined;
  } catch {
    return undefined;
  }
}

function send(socket: WebSocket, sync: string): void {
  try {
    socket.send(sync);
  } catch {
    // Closing: the node comes again and asks for what it missed.
  }
}

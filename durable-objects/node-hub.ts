/**
 * Holds the nodes' hibernating links, and sends each node what it must know as soon as it is committed. One object per
 * cluster, named after it. The rules are in docs/spec/node-link.md.
 */
import { DurableObject } from "cloudflare:workers";
import type { ApiRequest, ApiResponse, TakeAnswer } from "../api/api-request.ts";
import { ANSWERS_REQUESTS, type LinkOutcome } from "../api/node/link-request.ts";
import { type NodeMessage, parseReply } from "../api/node/node-message.ts";
import type { NodeUsage } from "../api/node/node-usage.ts";
import type { Revision, Store } from "../api/store/store.ts";
import { apiClientOver } from "../client/api-client.ts";
import type { ClusterStore } from "./cluster-store.ts";
import { EventRecorder } from "./controllers/event-recorder.ts";
import { eraseObject } from "./erase-object.ts";
import { Rounds, type RoundsOptions } from "./loops/rounds.ts";
import { yieldToNetwork } from "./loops/yield-to-network.ts";
import { Absence, GRACE_MS, type Left } from "./node-hub/absence.ts";
import { type Attachment, attachmentOf, forgetTunnels, MAX_TUNNELS } from "./node-hub/attachment.ts";
import { LinkRequests } from "./node-hub/link-requests.ts";
import { Links } from "./node-hub/links.ts";
import { FOLLOWED, REFERENCED, syncFor } from "./node-hub/node-feed.ts";
import { NodeLife } from "./node-hub/node-life.ts";
import { NodeUpdates } from "./node-hub/node-updates.ts";
import { UsageCalls } from "./node-hub/usage-calls.ts";
import type { Subscription } from "./store/log/commit-notifier.ts";
import type { Tunnel } from "./tunnel.ts";

export interface NodeHubEnv {
  readonly API: Api;
  readonly CLUSTER_STORE: DurableObjectNamespace<ClusterStore>;
  readonly TUNNEL: DurableObjectNamespace<Tunnel>;
}

interface Api {
  /** The control plane's own requests. */
  send(batch: RequestBatch): Promise<readonly ApiResponse[]>;
  /** Nodes' requests. */
  forward(batch: RequestBatch): Promise<readonly ApiResponse[]>;
}

interface RequestBatch {
  readonly cluster: string;
  readonly requests: readonly ApiRequest[];
  readonly answered: TakeAnswer;
}

/** How long a node whose link was silent has to connect again (ms). */
const RETURN_MS = 5000;
/** If an alarm is later than this (ms), the process stood still, or the clock was set. */
const LATE_MS = 10_000;
/** Requests per round, of all nodes together: some 7 ms, so that the work of the loops on new pods comes first. */
const MAX_PER_ROUND = 8;
/** Requests that nobody waits for. */
const EVENTS = /^\/api\/v1\/namespaces\/[^/]+\/events(\/|$)/;

/** A pod that names something new is sent together with it, so changes to volumes may be seen a moment later. */
const SUBSCRIPTION: Subscription = {
  prompt: FOLLOWED.filter((resource) => !REFERENCED.has(resource)),
  deferred: [...REFERENCED],
};

export class NodeHub extends DurableObject<NodeHubEnv> {
  readonly #links: Links;
  readonly #updates: NodeUpdates;
  readonly #absence: Absence;
  readonly #usage = new UsageCalls();
  readonly #requests = new LinkRequests();
  #reports: Rounds | undefined;
  #life: NodeLife | undefined;

  constructor(state: DurableObjectState, env: NodeHubEnv) {
    super(state, env);
    this.#links = new Links(state);
    this.#updates = new NodeUpdates(state.storage, this.#links);
    this.#absence = new Absence(state.storage, this.#links);
  }

  #store(cluster: string): Store {
    return this.env.CLUSTER_STORE.getByName(cluster);
  }

  /** A link (by upgrade) or a sync for `?node=` in `?cluster=`, authorized by the Worker. */
  override async fetch(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const node = query.get("node") ?? "";
    const cluster = query.get("cluster") ?? "";
    if (request.headers.get("Upgrade")?.toLowerCase() === "websocket")
      return this.#link(node, cluster, query.has(ANSWERS_REQUESTS));
    if (await this.#absence.polled(node, cluster)) await this.#lookLater();
    const headers = { "Content-Type": "application/json", ...dated() };
    return new Response(await syncFor(this.#store(cluster), node, Number(query.get("since") ?? 0)), { headers });
  }

  async #link(node: string, cluster: string, answersRequests: boolean): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    const tunnels = await this.#tunnelsOf(node);
    const since = Date.now();
    this.#links.accept(server, { node, cluster, since, tunnels, ...(answersRequests && { answersRequests }) });
    await this.#absence.linked(node, cluster);
    try {
      await this.#updates.begin(this.#store(cluster), node, server);
    } catch (error) {
      await this.#left(server);
      // Nobody holds the other end, and only its answer would end this one.
      client.accept();
      client.close(1011, "the link could not begin");
      throw error;
    }
    await this.#lookLater();
    return new Response(null, { status: 101, webSocket: client, headers: dated() });
  }

  /** Called after a commit. Returns the resources this object wants to hear of. */
  async notify({ cluster }: { readonly cluster: string; readonly revision: Revision }): Promise<Subscription> {
    if (this.#links.any) await this.#updates.push(this.#store(cluster));
    return SUBSCRIPTION;
  }

  /** When each node was last heard from (ms); Infinity for those that are connected. */
  async lastSeen(): Promise<Readonly<Record<string, number>>> {
    const away = await this.#absence.lastSeen(Date.now());
    if (away.length > 0) await this.#lookLater();
    const connected = [...this.#links.byNode().keys()].map((node) => [node, Number.POSITIVE_INFINITY]);
    return Object.fromEntries([...away, ...connected]);
  }

  /** Called when the cluster is deleted. */
  async erase(): Promise<void> {
    await eraseObject(this.ctx);
  }

  /** Resource usage of these nodes and their pods. Nodes that do not answer are left out. */
  async usage(nodes: readonly string[]): Promise<readonly NodeUsage[]> {
    return this.#usage.query(nodes, (node, call) => this.#links.send(node, call), Date.now);
  }

  /** Everything a node sends over its link, except for pings. */
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const attachment = attachmentOf(socket);
    if (attachment === undefined) return;
    if (typeof message === "string") await this.#receive(socket, attachment, message);
    else this.#requests.receive(attachment.node, new Uint8Array(message));
  }

  async #receive(socket: WebSocket, { node, cluster }: Attachment, text: string): Promise<void> {
    const reply = parseReply(text);
    if (reply?.type === "usage") this.#usage.receive(node, reply);
    else if (reply?.type === "mark") this.#links.returned(socket, reply);
    else if (reply?.type === "broken") await this.#cut(cluster, forgetTunnels(socket, reply.ids));
  }

  /**
   * A node's status reports about its pods, authorized by the Worker. Nodes take turns with each other and with
   * everything else.
   */
  async report(cluster: string, requests: readonly ApiRequest[]): Promise<readonly ApiResponse[]> {
    this.#reports ??= inRounds((round, answered) => this.env.API.forward({ cluster, requests: round, answered }));
    const reports = this.#reports;
    return Promise.all(requests.map((each) => reports.send(each)));
  }

  /** Sends a message to a node. Returns whether the node is connected. */
  async call(node: string, message: NodeMessage): Promise<boolean> {
    return this.#links.send(node, message);
  }

  /** A request to the node or one of its pods, as a frame. */
  async request(node: string, frame: Uint8Array): Promise<LinkOutcome> {
    return this.#requests.make(node, frame, () => this.#links.request(node, frame));
  }

  async isLinked(node: string): Promise<boolean> {
    return this.#links.isOpen(node);
  }

  async linkedNodes(): Promise<readonly string[]> {
    return [...this.#links.byNode().keys()].filter((node) => this.#links.isOpen(node));
  }

  /** The tunnels that the node was called to before it reconnected; they resume where possible. */
  async #tunnelsOf(node: string): Promise<readonly string[]> {
    const left = await this.#absence.find(node);
    return [...(left?.tunnels ?? []), ...this.#links.tunnelsOf(node)].slice(-MAX_TUNNELS);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  /** The node was last heard from at that time (ms). */
  async #left(socket: WebSocket, heardAt = Date.now()): Promise<void> {
    const attachment = this.#links.leave(socket);
    if (attachment === undefined || !this.#links.isGone(attachment.node)) return;
    const { node, cluster, tunnels } = attachment;
    this.#updates.delete(node);
    this.#usage.delete(node);
    this.#requests.delete(node);
    await this.#absence.left(node, { cluster, at: heardAt, tunnels });
    await this.#lookBy(Math.max(heardAt + GRACE_MS, Date.now() + RETURN_MS));
  }

  #lookLater(): Promise<void> {
    return this.#lookBy(Date.now() + GRACE_MS);
  }

  /** A look that is due sooner stays. One that was due during this one is not late. */
  async #lookBy(at: number): Promise<void> {
    if (((await this.ctx.storage.getAlarm()) ?? Number.POSITIVE_INFINITY) <= at) return;
    await this.ctx.storage.setAlarm(Math.max(at, Date.now()));
  }

  /** Closes silent links, and gives up on nodes that have been away for too long. */
  override async alarm({ scheduledTime = Date.now() }: Partial<AlarmInvocationInfo> = {}): Promise<void> {
    const now = Date.now();
    if (now - scheduledTime > LATE_MS) {
      // What nodes said meanwhile was not heard.
      await this.#absence.noticeLost(now);
      return this.#lookLater();
    }
    const next = await this.#absence.look(now, (node, left) => this.#giveUp(node, left));
    for (const { socket, heardAt } of this.#links.silentSince(now - GRACE_MS)) {
      socket.close(1011, "silent");
      await this.#left(socket, heardAt);
    }
    if (next !== undefined) await this.#lookBy(next);
    if (this.#links.any) await this.#lookLater();
  }

  async #giveUp(node: string, { cluster, tunnels = [] }: Left): Promise<boolean> {
    await this.#cut(cluster, tunnels);
    this.#life ??= this.#lifeIn(cluster);
    return this.#life.markLost(node).catch(() => false);
  }

  /** Neither end of a tunnel would notice that the path between them is cut. */
  async #cut(cluster: string, tunnels: readonly string[]): Promise<void> {
    await Promise.allSettled(tunnels.map((id) => this.env.TUNNEL.getByName(`${cluster}/${id}`).cut()));
  }

  #lifeIn(cluster: string): NodeLife {
    const rounds = inRounds((round, answered) => this.env.API.send({ cluster, requests: round, answered }));
    return new NodeLife(
      apiClientOver((request) => rounds.send(request)),
      new EventRecorder(this.ctx.storage.kv),
    );
  }
}

const inRounds = (send: RoundsOptions["send"]): Rounds =>
  new Rounds({
    send,
    maxPerRound: MAX_PER_ROUND,
    pause: yieldToNetwork,
    isUrgent: ({ path }) => !EVENTS.test(path),
  });

/** Lets a node notice that its clock is wrong. */
const dated = () => ({ Date: new Date().toUTCString() });

/**
 * The Durable Object that keeps a cluster's state, named by the cluster, or one resource of it, named by both
 * (api/store/shards.ts). Methods are the Store's, over RPC; lists and watches that stream are answered by `fetch`
 * (docs/spec/store.md).
 */
import { DurableObject } from "cloudflare:workers";
import { type BackupObject, type Held, type RestoreReport, WENT_BACK } from "../api/backup.ts";
import { ERASED } from "../api/erased.ts";
import type { Moment } from "../api/moment.ts";
import { announceNearby, laneOf, withdrawNearby } from "../api/store/nearby-stores.ts";
import { parseStoreName } from "../api/store/shards.ts";
import type {
  AfterRequest,
  CommitRequest,
  GroupResource,
  ListRequest,
  ReadManyRequest,
  ReadRequest,
  Revision,
  StoreLimits,
  TextsRequest,
} from "../api/store.ts";
import { Sealer } from "./sealing/sealer.ts";
import { answerStream } from "./store/answer-stream.ts";
import type { Spared } from "./store/backup/restore.ts";
import { RestoreStaging, type StagedPage } from "./store/backup/restore-staging.ts";
import { type CheckReport, checkInTurns } from "./store/log/check.ts";
import type { Window } from "./store/log/compaction.ts";
import type { Lifetimes } from "./store/log/lifetimes.ts";
import { overLimit, type Usage } from "./store/log/limits.ts";
import { LogStore, type LogStoreOptions } from "./store/log/log-store.ts";
import { type Poke, pokes } from "./store/log/pokes.ts";
import { RecentTables } from "./store/tables/recent-tables.ts";
import { SqliteTables } from "./store/tables/sqlite-tables.ts";
import { type ClusterStoreEnv, sealingOf, watchesOf, windowOf } from "./store-settings.ts";
import { TableRows } from "./table-rows.ts";
import { turnsOf } from "./turns.ts";
import { acceptListener } from "./watch/accept-listener.ts";
import { ChangeNotices } from "./watch/change-notices.ts";
import { RelayDirectory } from "./watch/relay-directory.ts";
import type { Watched } from "./watch/watch-hub.ts";

export class ClusterStore extends DurableObject<ClusterStoreEnv> {
  readonly #tables: Promise<SqliteTables>;
  readonly #store: Promise<LogStore>;
  readonly #notices: ChangeNotices;
  readonly #relays: RelayDirectory;
  #reminded = false;

  constructor(state: DurableObjectState, env: ClusterStoreEnv) {
    super(state, env);
    this.#relays = new RelayDirectory(watchesOf(env));
    this.#tables = state.blockConcurrencyWhile(() => SqliteTables.open(state.storage, sealingOf(env)));
    const turns = turnsOf(state.storage);
    const tell = pokes(this.#listeners(), turns);
    const notices = new ChangeNotices({
      turns,
      sockets: () => state.getWebSockets(),
      revision: async () => (await this.status()).revision,
    });
    this.#notices = notices;
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const options: LogStoreOptions = {
      turns,
      window: windowOf(env),
      lifetimes: LIFETIMES,
      rowForm: new TableRows().form,
      committed: (revision, resources) => {
        tell(revision, resources);
        notices.committed(revision, resources);
        this.#remind();
      },
    };
    this.#store = this.#tables.then((tables) => {
      const cluster = env.ONE_PROCESS && this.#name();
      const lane = cluster ? laneOf(cluster) : undefined;
      const store = new LogStore(new RecentTables(tables), { ...options, lane });
      if (cluster) announceNearby(cluster, store);
      return store;
    });
    if (env.ENCRYPTION_KEYS) {
      state.waitUntil(this.reseal().catch((error: Error) => console.error(`encryption: ${error.message}`)));
    }
  }

  async commit(request: CommitRequest) {
    return (await this.#store).commit(request);
  }

  /** Commits what waits in this isolate (`api/store/commit-lane.ts`): who calls may leave, and what he called for goes on. */
  async carry(): Promise<void> {
    const carried = (await this.#store).carry();
    this.ctx.waitUntil(carried);
    await carried;
  }

  async read(request: ReadRequest) {
    return (await this.#store).read(request);
  }

  async readMany(request: ReadManyRequest) {
    return (await this.#store).readMany(request);
  }

  async list(request: ListRequest) {
    return (await this.#store).list(request);
  }

  async after(request: AfterRequest) {
    return (await this.#store).after(request);
  }

  async texts(request: TextsRequest) {
    return (await this.#store).texts(request);
  }

  async status() {
    return (await this.#store).status();
  }

  /** `sailplane check`. */
  async check(): Promise<CheckReport> {
    return checkInTurns(await this.#tables, turnsOf(this.ctx.storage));
  }

  /** How many objects of each resource each namespace has. */
  async held(): Promise<readonly Held[]> {
    return (await this.#tables).held();
  }

  /** How many watches of each resource are open here. */
  async watched(): Promise<readonly Watched[]> {
    return (await this.#store).watched();
  }

  /** Points of the log that can be looked at. */
  async moments(most: number): Promise<readonly Moment[]> {
    return (await this.#tables).moments(most);
  }

  /** Starts a restore, or goes on with one that was broken off: answers how many objects are staged. */
  async beginRestore(id: string): Promise<number> {
    return (await this.#staging()).begin(id);
  }

  /** Objects of a restore from a position on; answers how many are staged then. */
  async stageRestore(id: string, from: number, objects: readonly BackupObject[]): Promise<number> {
    return (await this.#staging()).add(id, from, objects);
  }

  /** Why no more may be staged, where a restore would take more than the cluster may have. */
  async overRestoreLimit(id: string, more: Usage, limits: StoreLimits): Promise<string | undefined> {
    return overLimit((await this.#staging()).usage(id), more, limits);
  }

  async stagedCount(id: string): Promise<number> {
    return (await this.#staging()).count(id);
  }

  /** What of it is staged of one resource, a page at a time. */
  async staged(id: string, resource: GroupResource, from: number): Promise<StagedPage> {
    return (await this.#staging()).some(id, resource, from);
  }

  /** Makes what is staged the state of the cluster, if it is all there; answers what changed, or how many are staged. */
  async finishRestore(
    id: string,
    { objects, spared }: { readonly objects: number; readonly spared: Spared },
  ): Promise<RestoreReport | number> {
    const staging = await this.#staging();
    const staged = staging.count(id);
    if (staged !== objects) return staged;
    const report = await (await this.#store).restore(staging.all(id), spared);
    staging.clear();
    return report;
  }

  /**
   * The state of a moment of the last 30 days, where the platform keeps it; false where it does not. This object starts again
   * with it, and breaks off the caller's call. Revisions go on after the newest: {@link advance} must follow.
   */
  async rewind(time: number): Promise<false> {
    const { storage } = this.ctx;
    let bookmark: string;
    try {
      bookmark = await storage.getBookmarkForTime(time);
      await storage.onNextSessionRestoreBookmark(bookmark);
    } catch {
      return false;
    }
    withdrawNearby(this.#name() ?? "");
    this.ctx.abort(WENT_BACK);
    return false;
  }

  /** Makes a revision the oldest that anybody may name: all who know an older one, or one that never was, start anew. */
  async advance(revision: Revision): Promise<void> {
    await this.ctx.blockConcurrencyWhile(async () => (await this.#store).advance(revision));
  }

  async #staging(): Promise<RestoreStaging> {
    // Opened, its table is there.
    await this.#tables;
    return new RestoreStaging(this.ctx.storage.sql, sealingOf(this.env));
  }

  /** Forgets history now; `window` in place of the configured one. A step at a time: answers the new mark. */
  async compact(window?: Window): Promise<Revision> {
    return (await this.#store).compact(window);
  }

  /** What there is, counted: a scan. */
  async usage() {
    return (await this.#tables).usage();
  }

  /** Writes again what is not sealed with the newest key; answers its id, or undefined where the deployment has none. */
  async reseal(): Promise<number | undefined> {
    const steps = (await this.#tables).reseal();
    while (!steps.next().done) await new Promise<void>(turnsOf(this.ctx.storage).later);
    return Sealer.parse(this.env.ENCRYPTION_KEYS)?.current;
  }

  /** The id of an encryption key without which some text cannot be read, where there is such a one. */
  async lostKey(): Promise<number | undefined> {
    return (await this.#tables).lostKey();
  }

  /** The cluster is deleted. The caller's call is broken off, as are all others: the next begins with an empty store. */
  async erase(): Promise<void> {
    withdrawNearby(this.#name() ?? "");
    await this.ctx.blockConcurrencyWhile(async () => {
      await this.ctx.storage.deleteAlarm();
      await SqliteTables.erase(this.ctx.storage, Date.now());
      await this.ctx.storage.sync();
    });
    this.ctx.abort(ERASED);
  }

  /** A poke is lost where a deployment restarts objects: who listens is told once more, some time after a commit. */
  #remind(): void {
    if (this.#reminded) return;
    this.#reminded = true;
    if (this.ctx.id.name !== undefined) this.ctx.storage.kv.put(NAME, this.ctx.id.name);
    void this.ctx.storage.setAlarm(Date.now() + REMIND_MS);
  }

  override async alarm(): Promise<void> {
    this.#reminded = false;
    const { revision } = await this.status();
    await Promise.allSettled(this.#listeners().map((poke) => poke(revision)));
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade")?.toLowerCase() === "websocket") return acceptListener(this.ctx, request);
    return answerStream(await this.#store, request, { name: this.#name() ?? "", relays: this.#relays });
  }

  /** How many watches are open here, those that relays carry left out. */
  async watches(): Promise<number> {
    return (await this.#store).watches;
  }

  /** A relay holds so many watches. */
  async relayHolds(relay: number, watches: number): Promise<void> {
    this.#relays.holds(relay, watches);
  }

  /** Whoever hears of changes says of which. */
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (typeof message === "string") await this.#notices.listen(socket, message);
  }

  /** An object that its alarm woke may not know its name: it is kept from before the first alarm is set. */
  #name(): string | undefined {
    return this.ctx.id.name ?? this.ctx.storage.kv.get<string>(NAME);
  }

  #listeners(): Poke[] {
    const name = this.#name();
    if (name === undefined) return [];
    const { cluster, shard } = parseStoreName(name);
    const { CONTROLLER_MANAGER, SCHEDULER, NODE_HUB } = this.env;
    // What is kept apart, scheduler and nodes look at nothing of.
    const listeners = shard === undefined ? [CONTROLLER_MANAGER, SCHEDULER, NODE_HUB] : [CONTROLLER_MANAGER];
    return listeners.flatMap((namespace): Poke[] =>
      namespace ? [async (revision) => namespace.getByName(cluster).poke({ cluster, shard, revision })] : [],
    );
  }
}

/** kube-apiserver's --event-ttl. */
const LIFETIMES: Lifetimes = new Map([["events", 3_600_000]]);
const NAME = "name";
/** Of a minute's commits, one sets the alarm: it is a row written. */
const REMIND_MS = 60_000;

/**
 * The Durable Object that holds a cluster's state (named after the cluster), or one resource of it (named after both:
 * api/store/shards.ts). Its methods are the Store contract over RPC; streaming lists and watches are answered by
 * `fetch` (docs/spec/store.md).
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
} from "../api/store/store.ts";
import { Sealer } from "./sealing/sealer.ts";
import type { RetainedObjects } from "./store/backup/restore.ts";
import { RestoreStaging, type StagedPage } from "./store/backup/restore-staging.ts";
import { type CheckReport, checkInTurns } from "./store/log/check.ts";
import { commitNotifier, type Listener } from "./store/log/commit-notifier.ts";
import type { Window } from "./store/log/compaction.ts";
import type { Lifetimes } from "./store/log/lifetimes.ts";
import { overLimit } from "./store/log/limits.ts";
import { LogStore, type LogStoreOptions } from "./store/log-store.ts";
import { serveStream } from "./store/serve-stream.ts";
import type { Usage } from "./store/tables/log-tables.ts";
import { momentsOf } from "./store/tables/moments.ts";
import { RecentTables } from "./store/tables/recent-tables.ts";
import { SqliteTables } from "./store/tables/sqlite-tables.ts";
import { acceptListener } from "./store/watch/accept-listener.ts";
import { ChangeNotices } from "./store/watch/change-notices.ts";
import { RelayDirectory } from "./store/watch/relay-directory.ts";
import type { Watched } from "./store/watch/watch-hub.ts";
import { type ClusterStoreEnv, sealingOf, watchesOf, windowOf } from "./store-settings.ts";
import { TableRows } from "./table-rows.ts";
import { turnsOf } from "./turns.ts";

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
    const notifyListeners = commitNotifier(this.#listeners(), turns);
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
        notifyListeners(revision, resources);
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

  /** Commits what waits in this isolate's lane (`api/store/commit-lane.ts`), whether or not the caller stays. */
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
    return { ...(await (await this.#store).status()), databaseBytes: this.ctx.storage.sql.databaseSize };
  }

  /** For `sailplane check`. */
  async check(): Promise<CheckReport> {
    return checkInTurns(await this.#tables, turnsOf(this.ctx.storage));
  }

  /** The number of objects per resource and namespace. */
  async held(): Promise<readonly Held[]> {
    return (await this.#tables).held();
  }

  /** The number of watches open here, per resource. */
  async watched(): Promise<readonly Watched[]> {
    return (await this.#store).watched();
  }

  /** Up to `most` revisions that can still be read, with their times. */
  async moments(most: number): Promise<readonly Moment[]> {
    return momentsOf(this.ctx.storage.sql, (await this.#tables).marks(), most);
  }

  /** Starts a restore, or resumes one that was interrupted. Returns how many objects are staged already. */
  async beginRestore(id: string): Promise<number> {
    return (await this.#staging()).begin(id);
  }

  /** Stages objects of a restore, from a position on. Returns how many are staged then. */
  async stageRestore(id: string, from: number, objects: readonly BackupObject[]): Promise<number> {
    return (await this.#staging()).add(id, from, objects);
  }

  /** Why no more may be staged, if the restore would take more than the cluster's limits allow. */
  async overRestoreLimit(id: string, more: Usage, limits: StoreLimits): Promise<string | undefined> {
    return overLimit((await this.#staging()).usage(id), more, limits);
  }

  async stagedCount(id: string): Promise<number> {
    return (await this.#staging()).count(id);
  }

  /** The staged objects of one resource, a page at a time. */
  async staged(id: string, resource: GroupResource, from: number): Promise<StagedPage> {
    return (await this.#staging()).some(id, resource, from);
  }

  /** If all objects are staged, makes them the cluster's state and returns what changed; else returns their number. */
  async finishRestore(
    id: string,
    { objects, spared }: { readonly objects: number; readonly spared: RetainedObjects },
  ): Promise<RestoreReport | number> {
    const staging = await this.#staging();
    const staged = staging.count(id);
    if (staged !== objects) return staged;
    const report = await (await this.#store).restore(staging.all(id), spared);
    staging.clear();
    return report;
  }

  /**
   * Rewinds to a moment of the last 30 days where the platform supports that; returns false where it does not. The
   * object restarts with the old state, which ends the caller's call with an error. Revisions must continue after the
   * newest one, so {@link advance} must follow.
   */
  async rewind(time: number): Promise<false> {
    const { storage } = this.ctx;
    try {
      await storage.onNextSessionRestoreBookmark(await storage.getBookmarkForTime(time));
    } catch {
      return false;
    }
    withdrawNearby(this.#name() ?? "");
    this.ctx.abort(WENT_BACK);
    return false;
  }

  /** Makes `revision` the oldest that may be read: clients that know an older one, or a lost one, start over. */
  async advance(revision: Revision): Promise<void> {
    await this.ctx.blockConcurrencyWhile(async () => (await this.#store).advance(revision));
  }

  async #staging(): Promise<RestoreStaging> {
    // Once the tables are open, the marks table exists.
    await this.#tables;
    return new RestoreStaging(this.ctx.storage.sql, sealingOf(this.env));
  }

  /** Compacts now, with `window` in place of the configured one. Takes one step; returns the new compaction mark. */
  async compact(window?: Window): Promise<Revision> {
    return (await this.#store).compact(window);
  }

  /** Counts what is stored, and what was ever written. A full scan. */
  async usage() {
    const tables = await this.#tables;
    return { ...tables.usage(), writes: tables.marks().revision };
  }

  /** Re-encrypts what is not sealed with the newest key; returns that key's id, undefined if there is none. */
  async reseal(): Promise<number | undefined> {
    const steps = (await this.#tables).reseal();
    while (!steps.next().done) await new Promise<void>(turnsOf(this.ctx.storage).later);
    return Sealer.parse(this.env.ENCRYPTION_KEYS)?.current;
  }

  /** The id of an encryption key that is missing and without which some text cannot be read, if there is one. */
  async lostKey(): Promise<number | undefined> {
    return (await this.#tables).lostKey();
  }

  /** Called when the cluster is deleted. All calls under way fail, this one too; the next finds an empty store. */
  async erase(): Promise<void> {
    withdrawNearby(this.#name() ?? "");
    await this.ctx.blockConcurrencyWhile(async () => {
      await this.ctx.storage.deleteAlarm();
      await SqliteTables.erase(this.ctx.storage, Date.now());
      await this.ctx.storage.sync();
    });
    this.ctx.abort(ERASED);
  }

  /** A deployment that restarts objects loses notifications, so listeners are notified once more, some time later. */
  #remind(): void {
    if (this.#reminded) return;
    this.#reminded = true;
    if (this.ctx.id.name !== undefined) this.ctx.storage.kv.put(NAME, this.ctx.id.name);
    void this.ctx.storage.setAlarm(Date.now() + REMIND_MS);
  }

  override async alarm(): Promise<void> {
    this.#reminded = false;
    const { revision } = await this.status();
    await Promise.allSettled(this.#listeners().map((notify) => notify(revision)));
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade")?.toLowerCase() === "websocket") return acceptListener(this.ctx, request);
    return serveStream(await this.#store, request, { name: this.#name() ?? "", relays: this.#relays });
  }

  /** The number of watches open here, not counting those that relays carry. */
  async watches(): Promise<number> {
    return (await this.#store).watches;
  }

  /** Called by a relay to report how many watches it holds. */
  async relayHolds(relay: number, watches: number): Promise<void> {
    this.#relays.holds(relay, watches);
  }

  /** A listener subscribes to resources. */
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (typeof message === "string") await this.#notices.listen(socket, message);
  }

  /** An object woken by its alarm may not know its name, so the name is stored before the first alarm is set. */
  #name(): string | undefined {
    return this.ctx.id.name ?? this.ctx.storage.kv.get<string>(NAME);
  }

  #listeners(): Listener[] {
    const name = this.#name();
    if (name === undefined) return [];
    const { cluster, shard } = parseStoreName(name);
    const { CONTROLLER_MANAGER, SCHEDULER, NODE_HUB } = this.env;
    // Scheduler and nodes read nothing that is sharded.
    const listeners = shard === undefined ? [CONTROLLER_MANAGER, SCHEDULER, NODE_HUB] : [CONTROLLER_MANAGER];
    return listeners.flatMap((namespace): Listener[] =>
      namespace ? [async (revision) => namespace.getByName(cluster).notify({ cluster, shard, revision })] : [],
    );
  }
}

/** kube-apiserver's --event-ttl. */
const LIFETIMES: Lifetimes = new Map([["events", 3_600_000]]);
const NAME = "name";
/** The alarm is set at most once a minute: setting it writes a row. */
const REMIND_MS = 60_000;

/**
 * The store as the Worker's verbs use it: the policy revision is sent with every call, and failures that no verb can
 * handle are thrown.
 */
import { failure, timedOut, unauthorized } from "../../api/machinery/status.ts";
import type { CommitLane } from "../../api/store/commit-lane.ts";
import { stillExists } from "../../api/store/lifeline.ts";
import { holderOf, type NearbyStore } from "../../api/store/nearby-stores.ts";
import type {
  CommitRequest,
  CommitResult,
  Decided,
  Entry,
  Key,
  Lifeline,
  ListPage,
  ListRequest,
  ListStreamRequest,
  ReadFailure,
  ReadResult,
  Revision,
  Selected,
  StoreLimits,
  WatchFailure,
  WatchRequest,
  Write,
} from "../../api/store/store.ts";
import { storeRelays, storeStreamUrls } from "../../api/store/store-stream.ts";
import { listWhole } from "../../api/store/whole-list.ts";
import { ApiError, ObjectTooLarge, StalePolicy } from "../api-error.ts";
import { Deadline, REQUEST_MS } from "../deadline.ts";
import { changesPolicy } from "../policy/policy-resources.ts";
import type { Committed, ObjectStore } from "./object-store.ts";
import { atFullDisk, Compacted, RevisionTooLarge, tooManyLists, tooManyWatches } from "./store-failures.ts";
import type { StoreStub } from "./store-stub.ts";

interface StoreClientOptions {
  readonly limits?: StoreLimits | undefined;
  /** The store itself, if it runs in this isolate; looked up for each read, because objects end and restart. */
  readonly nearby?: () => NearbyStore | undefined;
  /** Keeps work for other requests alive after this one's client has left. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /** Returns the relay of that name, for watches that the store does not carry itself (docs/decisions/0012). */
  readonly relay?: (name: string) => Pick<StoreStub, "fetch">;
  /** The request's deadline, if it has one. */
  readonly deadline?: Deadline | undefined;
}

const TOO_LATE = "request did not complete within the allotted timeout";

export class StoreClient implements ObjectStore {
  #policyRevision: Revision | undefined;
  readonly #options: StoreClientOptions;
  readonly #open: () => StoreStub;
  #stub: StoreStub | undefined;
  #lifelines: readonly Lifeline[] = [];
  #unconfirmed = false;
  #hasCalled = false;

  /** `open` creates what calls go through, for requests that make any. */
  constructor(open: () => StoreStub, policyRevision: Revision | undefined, options: StoreClientOptions = {}) {
    this.#open = open;
    this.#options = options;
    this.#policyRevision = policyRevision;
  }

  get stub(): StoreStub {
    this.#stub ??= this.#open();
    return this.#stub;
  }

  /**
   * Makes the request depend on the objects that its identity is bound to. If the store is in this isolate they are
   * checked now; otherwise the next call checks them as well, and fails with 401 if they are gone, so an identity costs
   * no call of its own.
   */
  async standOn(lifelines: readonly Lifeline[], now: number): Promise<boolean> {
    if (this.#nearbyStore()) {
      const entries = await this.readMany(lifelines.map(({ key }) => key));
      return lifelines.every((lifeline, i) => stillExists(lifeline, entries[i]?.text, now));
    }
    this.#lifelines = lifelines;
    this.#unconfirmed = true;
    return true;
  }

  asItself(): StoreClient {
    return new StoreClient(this.#open, undefined, this.#options);
  }

  /** Whether any call succeeded, which means that the policy was current at that time. */
  get hasCalled(): boolean {
    return this.#hasCalled;
  }

  /** Whether the identity passed to {@link standOn} has not been checked by any call yet. */
  get mustConfirm(): boolean {
    return this.#unconfirmed;
  }

  async confirm(): Promise<void> {
    await this.readMany([]);
  }

  /** The revision that this request's decisions were made at, including its own changes. */
  get policyRevision(): Revision | undefined {
    return this.#policyRevision;
  }

  /** Kinds without conversions, or with those that need no call, are compared as they are stored. */
  isOutdated(): boolean {
    return false;
  }

  textForWriter(text: string): string | Promise<string> {
    return text;
  }

  async commit(writes: readonly Write[]): Promise<Committed> {
    const { limits } = this.#options;
    const isPolicy = changesPolicy(writes);
    const request = {
      writes,
      ...this.#decided(),
      ...(isPolicy ? { changesPolicy: true } : {}),
      ...(limits ? { limits } : {}),
    };
    const result = await this.#committed(request);
    if (result.ok) {
      this.#confirmed();
      // The commit was accepted, so nobody else had changed policy: a continuing request is not made stale by its own
      // change.
      if (isPolicy && this.#policyRevision !== undefined) this.#policyRevision = result.revisions.at(-1);
      return result;
    }
    switch (result.reason) {
      case "stale-policy":
        this.#unconfirmed = false;
        throw new StalePolicy(isPolicy);
      case "identity-gone":
        return this.#identityGone();
      case "too-large":
        throw new ObjectTooLarge();
      case "over-limit":
        throw new ApiError(failure(403, "Forbidden", `the cluster is at its limit: ${result.message}`));
      case "storage-full":
        return atFullDisk(new Error(result.message));
      default:
        return result;
    }
  }

  async read(key: Key, at?: Revision): Promise<{ entry: Entry | undefined; revision: Revision }> {
    const nearby = at === undefined ? holderOf(this.#nearbyStore(), key.resource) : undefined;
    const entry = nearby?.recent(key);
    if (nearby && entry) return { entry, revision: nearby.revision };
    return this.#unwrap(await this.stub.read({ key, ...this.#decided(), ...(at === undefined ? {} : { at }) }), at);
  }

  async readMany(keys: readonly Key[]): Promise<readonly (Entry | undefined)[]> {
    const nearby = this.#nearbyStore();
    const recent = nearby && keys.map((key) => holderOf(nearby, key.resource)?.recent(key));
    if (recent && !recent.includes(undefined)) return recent;
    return this.#unwrap(await this.stub.readMany({ keys, ...this.#decided() }), undefined).entries;
  }

  async list(request: Omit<ListRequest, keyof Decided>): Promise<ListPage> {
    return this.#unwrap(await listWhole(this.stub, { ...request, ...this.#decided() }), request.at);
  }

  async selected(wanted: Selected): Promise<readonly Entry[]> {
    const nearby = holderOf(this.#nearbyStore(), wanted.resource);
    return nearby?.recentSelection(wanted) ?? (await this.list(wanted)).items;
  }

  async *pages(request: Omit<ListRequest, keyof Decided>): AsyncGenerator<ListPage, undefined> {
    let page = this.#unwrap(await this.stub.list({ ...request, ...this.#decided() }), request.at);
    yield page;
    while (request.limit === undefined && page.more && page.last) {
      // Decided with the first part: the response may have begun, and could not be decided again.
      page = this.#unwrap(await this.stub.list({ ...request, at: page.revision, after: page.last }), page.revision);
      yield page;
    }
  }

  async stream(what: "list" | "watch", request: WatchRequest | ListStreamRequest): Promise<Response> {
    const body = JSON.stringify({ ...request, ...this.#decided() });
    const newRequest = () => new Request(storeStreamUrls[what], { method: "POST", body });
    let response = await this.stub.fetch(newRequest());
    const relay = response.status === storeRelays.status && response.headers.get(storeRelays.header);
    if (relay && this.#options.relay) response = await this.#options.relay(relay).fetch(newRequest());
    if (response.ok) {
      this.#confirmed();
      return response;
    }
    const requested = "bookmarkKind" in request ? (request.since ?? request.notOlderThan) : request.at;
    const failure = (await response.json()) as WatchFailure;
    if (failure.reason === "too-many") throw what === "watch" ? tooManyWatches() : tooManyLists();
    return this.#refused(failure, requested);
  }

  /** Awaited directly: each promise derived from an RPC promise costs the platform another object. */
  async #committed(request: CommitRequest): Promise<CommitResult> {
    const nearby = this.#options.waitUntil && this.#options.nearby?.();
    const leads = !nearby?.elsewhere || request.writes.every(({ key }) => !nearby.elsewhere?.(key.resource));
    const lane = leads ? nearby?.lane : undefined;
    try {
      return await (lane ? this.#together(lane, request) : this.stub.commit(request));
    } catch (error) {
      return atFullDisk(error);
    }
  }

  /** One call for all concurrent commits. Each waiter checks for the loss of that call, and its own deadline. */
  async #together(lane: CommitLane, request: CommitRequest, deadline = this.#options.deadline): Promise<CommitResult> {
    if (!deadline) return Deadline.during(REQUEST_MS, (own) => this.#together(lane, request, own));
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult>();
    const submitted = { request, resolve, fail: reject };
    const call = () => {
      const called = lane.call(Date.now(), () => this.stub.carry());
      if (called) this.#options.waitUntil?.(called);
    };
    lane.submit(submitted);
    call();
    const lookNoMore = deadline.eachSecond(call);
    void deadline.passed.then(() => {
      lane.withdraw(submitted);
      reject(new ApiError(timedOut(TOO_LATE)));
    });
    try {
      return await promise;
    } finally {
      lookNoMore();
    }
  }

  /** The store itself, if it runs in this isolate; it refuses outdated policy like any other. */
  #nearbyStore(): NearbyStore | undefined {
    const nearby = this.#options.nearby?.();
    const { policyRevision = Number.POSITIVE_INFINITY } = this;
    if (nearby && policyRevision < nearby.policyRevision) throw new StalePolicy();
    if (nearby) this.#hasCalled = true;
    return nearby;
  }

  #confirmed(): void {
    this.#unconfirmed = false;
    this.#hasCalled = true;
  }

  #decided(): Decided {
    return {
      ...(this.policyRevision === undefined ? {} : { policyRevision: this.policyRevision }),
      ...(this.#lifelines.length > 0 ? { lifelines: this.#lifelines } : {}),
    };
  }

  #unwrap<T>(result: ReadResult<T>, requested: Revision | undefined): T {
    if (!result.ok) return this.#refused(result, requested);
    this.#confirmed();
    return result;
  }

  #refused(failure: ReadFailure, requested: Revision | undefined): never {
    switch (failure.reason) {
      case "stale-policy":
        this.#unconfirmed = false;
        throw new StalePolicy();
      case "identity-gone":
        return this.#identityGone();
      case "compacted":
        throw new Compacted(failure.oldest);
      case "future":
        throw new RevisionTooLarge(requested ?? failure.revision, failure.revision);
    }
  }

  #identityGone(): never {
    this.#unconfirmed = false;
    throw new ApiError(unauthorized());
  }
}

/** Notices from a cluster's main store, and from its shards once somebody needs them. */
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import type { NoticeFeed } from "./notice-feed.ts";

export class NoticeFeeds {
  readonly #own: NoticeFeed;
  readonly #open: (shard: GroupResource) => Promise<NoticeFeed> | undefined;
  readonly #shards = new Map<GroupResource, NoticeFeed>();
  readonly #opening = new Map<GroupResource, Promise<void>>();
  #closed = false;

  /** `open` returns nothing for resources of the main store. */
  constructor(own: NoticeFeed, open: (shard: GroupResource) => Promise<NoticeFeed> | undefined) {
    this.#own = own;
    this.#open = open;
  }

  async listen(resource: GroupResource): Promise<void> {
    if (!this.#shards.has(resource)) await this.#openOnce(resource);
    await this.#of(resource).listen(resource);
  }

  /** A feed too many would have to be closed, and the end of any feed is that of the client's connection. */
  #openOnce(resource: GroupResource): Promise<void> {
    const opening =
      this.#opening.get(resource) ?? this.#openShard(resource).finally(() => this.#opening.delete(resource));
    this.#opening.set(resource, opening);
    return opening;
  }

  async #openShard(resource: GroupResource): Promise<void> {
    const opened = await this.#open(resource);
    if (this.#closed) opened?.close();
    else if (opened) this.#shards.set(resource, opened);
  }

  newest(resource: GroupResource): Revision {
    return this.#of(resource).newest(resource);
  }

  changed(resource: GroupResource, after: Revision, ended: () => boolean): Promise<void> {
    return this.#of(resource).changed(resource, after, ended);
  }

  wake(): void {
    for (const feed of this.#all()) feed.wake();
  }

  ping(): void {
    this.#own.ping();
  }

  close(): void {
    this.#closed = true;
    for (const feed of this.#all()) feed.close();
  }

  #of(resource: GroupResource): NoticeFeed {
    return this.#shards.get(resource) ?? this.#own;
  }

  #all(): readonly NoticeFeed[] {
    return [this.#own, ...this.#shards.values()];
  }
}

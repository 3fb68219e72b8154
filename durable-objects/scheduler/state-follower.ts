/** Keeps the scheduler's state current from the store: lists what it reads once, then follows the log. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Revision, Revisions, Store } from "../../api/store/store.ts";
import { READS, SchedulerState } from "../../worker/scheduler/state.ts";

/** Sized so that reading a page takes about ten milliseconds. */
const PAGE = 200;

export class StateFollower {
  readonly #store: Pick<Store, "list" | "texts" | "status">;
  readonly #now: () => number;
  #known: { readonly state: SchedulerState; revision: Revision } | undefined;
  /** Revisions written by the scheduler itself, which already count. */
  #own: readonly Revisions[] = [];

  constructor(store: Pick<Store, "list" | "texts" | "status">, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** How far the log has been read; undefined before the first load. */
  get revision(): Revision | undefined {
    return this.#known?.revision;
  }

  /** Marks entries that need not be applied. */
  skip(own: readonly Revisions[]): void {
    this.#own = [...this.#own, ...own];
  }

  /**
   * Brings the state up to the end of the log. Returns a new state if the log no longer reached back to the last one.
   */
  async catchUp(): Promise<SchedulerState> {
    const known = this.#known ?? (await this.#load());
    for (let more = true; more; ) {
      const { revision } = known;
      const tail = await this.#store.texts({ revision, resources: READS, limit: PAGE, except: this.#own });
      if (!tail.ok) {
        this.#known = undefined;
        return this.catchUp();
      }
      const now = this.#now();
      for (const { key, text, type, revision } of tail.changes)
        if (!known.state.knows(key, revision))
          known.state.apply(key.resource, parse(text), { deleted: type === "DELETED", now });
      known.revision = tail.revision;
      this.#own = this.#own.filter(({ through }) => through > known.revision);
      more = tail.more;
    }
    this.#known = known;
    return known.state;
  }

  async #load() {
    const { revision } = await this.#store.status();
    const state = new SchedulerState();
    for (const resource of READS) {
      let after: { namespace: string; name: string } | undefined;
      do {
        const page = await this.#store.list({ resource, limit: PAGE, ...(after ? { after } : {}) });
        if (!page.ok) throw new Error(`listing ${resource}: ${page.reason}`);
        for (const { text } of page.items) state.apply(resource, parse(text), { deleted: false, now: this.#now() });
        after = page.more ? page.last : undefined;
      } while (after);
    }
    return { state, revision };
  }
}

const parse = (text: string) => JSON.parse(text) as Stored<KubeObject>;

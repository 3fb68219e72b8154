/**
 * Runs the scheduler: catch up with the log, place what is ready against one snapshot, write the batch in one commit.
 * Pods that come while a batch is being written make the next one. Knows no platform; time and waking are given.
 */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { CommitResult, Revision, Store, Write } from "../../api/store.ts";
import { schedule } from "../../worker/scheduler/cycle.ts";
import type { EventStamp } from "../../worker/scheduler/event.ts";
import type { PendingPod } from "../../worker/scheduler/plugin.ts";
import { READS, SchedulerState } from "../../worker/scheduler/state.ts";
import { bindingWrites, eventWrite, failureEvent, refusalWrite } from "../../worker/scheduler/writes.ts";

/** How long placing may hold the thread before others get a turn. */
const TURN_MS = 15;
/** What one commit takes, so that it stays short. */
const BATCH = 512;
const PAGE = 500;

export interface SchedulingLoopOptions {
  readonly store: Pick<Store, "list" | "after" | "status" | "commit">;
  readonly now: () => number;
  readonly random: () => number;
  readonly newUid: () => string;
  /** Calls {@link SchedulingLoop.run} again at that time; undefined: nothing waits. */
  readonly wakeAt: (at: number | undefined) => void;
  readonly complain: (what: string, error: unknown) => void;
}

/** A pod's writes; they stand or fall together. */
interface Planned {
  readonly pod: PendingPod;
  readonly writes: readonly Write[];
  /** The node it counts for already. */
  readonly placedOn?: string;
}

export class SchedulingLoop {
  readonly #options: SchedulingLoopOptions;
  #state: { readonly scheduler: SchedulerState; revision: Revision } | undefined;
  #startAt = 0;
  #lastStamp = 0n;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: SchedulingLoopOptions) {
    this.#options = options;
  }

  /** Catches up and places until nothing is ready; one run at a time. */
  run(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #work(): Promise<void> {
    const { now, wakeAt } = this.#options;
    while (this.#again) {
      this.#again = false;
      const { queue } = await this.#catchUp();
      queue.wake(now());
      while (queue.hasReady()) {
        await this.#commit(this.#placeBatch());
        await this.#catchUp();
      }
      wakeAt(queue.nextDue());
    }
  }

  async #catchUp(): Promise<SchedulerState> {
    const state = this.#state ?? (await this.#load());
    for (let more = true; more; ) {
      const tail = await this.#options.store.after({ revision: state.revision, resources: READS, limit: PAGE });
      if (!tail.ok) {
        // The log before our revision is gone: begin again.
        this.#state = undefined;
        return this.#catchUp();
      }
      const now = this.#options.now();
      for (const { key, text, type } of tail.changes)
        state.scheduler.apply(key.resource, parse(text), { deleted: type === "DELETED", now });
      state.revision = tail.revision;
      more = tail.more;
    }
    this.#state = state;
    return state.scheduler;
  }

  async #load() {
    const { store, now } = this.#options;
    const { revision } = await store.status();
    const scheduler = new SchedulerState();
    for (const resource of READS) {
      let after: { namespace: string; name: string } | undefined;
      do {
        const page = await store.list({ resource, limit: PAGE, ...(after ? { after } : {}) });
        if (!page.ok) throw new Error(`listing ${resource}: ${page.reason}`);
        for (const { text } of page.items) scheduler.apply(resource, parse(text), { deleted: false, now: now() });
        after = page.more ? page.last : undefined;
      } while (after);
    }
    return { scheduler, revision };
  }

  /** As many decisions as fit into a turn. */
  #placeBatch(): Planned[] {
    const { now, random } = this.#options;
    const state = this.#state?.scheduler;
    if (!state) return [];
    const ends = now() + TURN_MS;
    const planned: Planned[] = [];
    while (planned.length < BATCH && now() < ends) {
      const pod = state.queue.take();
      if (!pod) break;
      try {
        const decision = schedule(pod, state.cluster, { random, startAt: this.#startAt });
        if (decision.kind === "place") {
          this.#startAt = decision.nextStart;
          const writes = bindingWrites(pod, decision.node.name, this.#stamp());
          if (!writes) continue;
          const { pod: _, ...facts } = pod;
          state.cluster.assign({ ...facts, nodeName: decision.node.name, pod: undefined });
          planned.push({ pod, writes, placedOn: decision.node.name });
        } else {
          const at = now();
          state.queue.refuse(pod, decision.plugins, at);
          const { message } = decision;
          const write = refusalWrite(pod, { message, nominated: undefined, now: at });
          if (write) planned.push({ pod, writes: [write, eventWrite(failureEvent(pod, message), this.#stamp())] });
        }
      } catch (error) {
        this.#options.complain(pod.key, error);
        state.queue.postpone(pod, now());
      }
    }
    return planned;
  }

  /** All in one commit; who changed meanwhile is left out, and comes again with its change. */
  async #commit(batch: readonly Planned[]): Promise<void> {
    let planned = batch;
    while (planned.length > 0) {
      const writes = planned.flatMap((each) => each.writes);
      let result: CommitResult;
      try {
        result = await this.#options.store.commit({ writes });
      } catch (error) {
        this.#options.complain("commit", error);
        for (const each of planned) this.#takeBack(each, "later");
        return;
      }
      if (result.ok) {
        this.#confirm(planned, result.revisions);
        return;
      }
      if (!("write" in result)) {
        this.#options.complain("commit", result.reason);
        for (const each of planned) this.#takeBack(each, "later");
        return;
      }
      const failed = ownerOf(planned, result.write);
      if (failed) this.#takeBack(failed, "when it changes");
      planned = planned.filter((each) => each !== failed);
    }
  }

  #confirm(planned: readonly Planned[], revisions: readonly Revision[]): void {
    const cluster = this.#state?.scheduler.cluster;
    let at = 0;
    for (const { pod, writes, placedOn } of planned) {
      const placed = placedOn === undefined ? undefined : cluster?.assigned(pod.key);
      if (placed) placed.revision = revisions[at] ?? placed.revision;
      at += writes.length;
    }
  }

  #takeBack({ pod, placedOn }: Planned, again: "later" | "when it changes"): void {
    const state = this.#state?.scheduler;
    if (!state) return;
    if (placedOn !== undefined) state.cluster.unassign(pod.key);
    if (again === "later") state.queue.postpone(pod, this.#options.now());
  }

  #stamp(): EventStamp {
    const now = this.#options.now();
    const nanos = BigInt(Math.floor(now)) * 1_000_000n;
    this.#lastStamp = nanos > this.#lastStamp ? nanos : this.#lastStamp + 1n;
    return { uid: this.#options.newUid(), now, nanos: this.#lastStamp };
  }
}

const parse = (text: string) => JSON.parse(text) as Stored<KubeObject>;

function ownerOf(planned: readonly Planned[], write: number): Planned | undefined {
  let at = 0;
  for (const each of planned) {
    at += each.writes.length;
    if (write < at) return each;
  }
  return undefined;
}

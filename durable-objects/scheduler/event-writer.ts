/** Writes the scheduler's events, directly or, if somebody may want to be asked about them, by requests. */
import type { CommitFailure, Revision, Store, Write } from "../../api/store/store.ts";
import type { EventSeries } from "../../worker/scheduler/events/event-series.ts";
import { EVENTS, repetitionRequest } from "../../worker/scheduler/events/event-write.ts";
import type { RulesInForce } from "../../worker/scheduler/requests/rules-in-force.ts";
import {
  type Change,
  requestsOf,
  type SchedulerRequest,
  writesOf,
} from "../../worker/scheduler/requests/scheduler-request.ts";

export interface EventWriterOptions {
  readonly store: Pick<Store, "commit">;
  readonly series: EventSeries;
  /** Makes requests whose failure is of no consequence. */
  readonly send: (requests: readonly SchedulerRequest[]) => void;
  readonly admission: () => RulesInForce | undefined;
  readonly onError: (what: string, error: unknown) => void;
}

export class EventWriter {
  readonly #options: EventWriterOptions;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  /** Writes events only. */
  async record(events: readonly Change[]): Promise<void> {
    const { store, send, admission, onError } = this.#options;
    if (admission()?.mayAskAbout(requestsOf(events)())) {
      for (const { requests } of events) send(requests());
      return;
    }
    for (let writes = writesOf(events); writes.length > 0; ) {
      const result = await store.commit({ writes });
      if (result.ok) return this.written(writes, result.revisions);
      if (!("write" in result)) return onError("events", result.reason);
      this.refused(writes[result.write], result.reason);
      writes = writes.filter((_, index) => index !== result.write);
    }
  }

  /** Writes were committed, events among them. */
  written(writes: readonly Write[], revisions: readonly Revision[]): void {
    for (const [index, write] of writes.entries()) {
      const revision = revisions[index];
      if (write.key.resource === EVENTS && revision !== undefined) this.#options.series.written(write, revision);
    }
  }

  /**
   * An event whose count was to be raised could not be replaced. If somebody deleted it, it is not created again; if it
   * is not as it was written, only its series is changed.
   */
  refused(write: Write | undefined, reason: CommitFailure["reason"]): void {
    if (write?.op === "replace" && reason === "conflict") this.#options.send([repetitionRequest(write)]);
  }
}

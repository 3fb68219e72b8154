/**
 * A batch of changes as encoded events. An event that several groups of watchers want in the same form is encoded once.
 */
import { moveRevision } from "../revision-text.ts";
import type { EventForm } from "./event-form.ts";
import type { LoggedChange, WatchEvent } from "./watch-event.ts";
import type { LoggedRows } from "./watch-source.ts";

/** The text of an event's object. */
export function eventText(rows: Pick<LoggedRows, "row">, { row }: LoggedChange, event: WatchEvent): string {
  const replaced = event.text === "previous" && row.replaced !== null ? rows.row(row.replaced) : undefined;
  return replaced ? moveRevision(replaced.text, replaced.revision, row.revision) : row.text;
}

export class EncodedEvents {
  readonly #rows: LoggedRows;
  readonly #events = new Map<string, Uint8Array>();

  constructor(rows: LoggedRows) {
    this.#rows = rows;
  }

  of(change: LoggedChange, event: WatchEvent, form: EventForm): Uint8Array {
    const id = `${change.row.revision} ${event.type} ${event.text} ${form.name}`;
    let bytes = this.#events.get(id);
    if (!bytes) {
      const run = form.run();
      run.add(event.type, eventText(this.#rows, change, event));
      bytes = run.finish().bytes;
      this.#events.set(id, bytes);
    }
    return bytes;
  }
}

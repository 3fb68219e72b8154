/** Watch events as bytes, each encoded once for all watchers that get it. */
import type { Revision, WatchRequest } from "../../api/store.ts";
import { moveRevision } from "../store/revision-text.ts";
import type { LoggedChange, WatchEvent } from "./watch-event.ts";
import type { LoggedRows } from "./watch-source.ts";

const encoder = new TextEncoder();

export const watchLine = (type: string, text: string): string => `{"type":"${type}","object":${text}}\n`;

export function eventLine(rows: Pick<LoggedRows, "row">, { row }: LoggedChange, event: WatchEvent): string {
  const replaced = event.text === "previous" && row.replaced !== null ? rows.row(row.replaced) : undefined;
  return watchLine(event.type, replaced ? moveRevision(replaced.text, replaced.revision, row.revision) : row.text);
}

/** The lines of one batch of changes; a line that several groups of watchers want is encoded once. */
export class EncodedLines {
  readonly #rows: LoggedRows;
  readonly #lines = new Map<string, Uint8Array>();

  constructor(rows: LoggedRows) {
    this.#rows = rows;
  }

  of(change: LoggedChange, event: WatchEvent): Uint8Array {
    const id = `${change.row.revision} ${event.type} ${event.text}`;
    let line = this.#lines.get(id);
    if (!line) {
      line = encoder.encode(eventLine(this.#rows, change, event));
      this.#lines.set(id, line);
    }
    return line;
  }
}

/** A client skips an empty line; the store notices by it that a client is gone. */
export const heartbeat = encoder.encode("\n");

/** The mark by which a streaming list knows that it is complete. */
export const INITIAL_EVENTS_END = { "k8s.io/initial-events-end": "true" };

export function bookmarkLine(
  { apiVersion, kind, zero }: WatchRequest["bookmarkKind"],
  revision: Revision,
  annotations?: Readonly<Record<string, string>>,
): string {
  const metadata = { resourceVersion: String(revision), ...(annotations && { annotations }) };
  return watchLine("BOOKMARK", JSON.stringify({ kind, apiVersion, metadata, ...zero }));
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** What a change means to one watcher (k8s.io/apiserver/pkg/storage/cacher, cacheWatcher.convertToWatchEvent). Pure. */

import type { Attributes, Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { matches } from "../../../api/machinery/selectors/selector.ts";
import type { LogRow } from "../tables/log-tables.ts";

/** `text: "previous"`: the object that this change replaced, at this change's revision. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly text: "own" | "previous";
}

/** A log row whose attributes are parsed on first use. */
export class LoggedChange {
  readonly row: LogRow;
  #attributes: Attributes | undefined;
  #previous: Attributes | undefined;

  constructor(row: LogRow) {
    this.row = row;
  }

  get attributes(): Attributes {
    this.#attributes ??= JSON.parse(this.row.attributes) as Attributes;
    return this.#attributes;
  }

  get previous(): Attributes | undefined {
    if (this.row.previous !== null) this.#previous ??= JSON.parse(this.row.previous) as Attributes;
    return this.#previous;
  }
}

/** Undefined if the watcher is not concerned. An object that begins or ceases to match is added or deleted. */
export function eventOf(change: LoggedChange, requirements: readonly Requirement[]): WatchEvent | undefined {
  const { key, tombstone, previous } = change.row;
  const matched =
    previous !== null && (requirements.length === 0 || matches(requirements, change.previous ?? NONE, key));
  const meets = !tombstone && (requirements.length === 0 || matches(requirements, change.attributes, key));
  if (meets) return { type: matched ? "MODIFIED" : "ADDED", text: "own" };
  if (!matched) return undefined;
  return { type: "DELETED", text: tombstone ? "own" : "previous" };
}

const NONE: Attributes = { labels: {}, fields: {} };

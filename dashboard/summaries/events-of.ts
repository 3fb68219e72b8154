/** Events in readable form: what happened to what, how often, and when last. */
import type { Event } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { ObjectName } from "../api/kind.ts";

export interface Happening extends ObjectName {
  readonly uid: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** RFC 3339. */
  readonly lastSeen: string;
  readonly source: string;
  /** What it happened to: its uid, and its kind. */
  readonly subject: string;
  readonly apiVersion: string;
  readonly kind: string;
}

/** For both generations of events: those with `count` and those with a `series`. */
export function happeningOf(event: Stored<Event>): Happening {
  const { involvedObject: about, metadata } = event;
  return {
    uid: metadata.uid,
    type: event.type ?? "Normal",
    reason: event.reason ?? "",
    message: event.message ?? "",
    count: event.series?.count ?? event.count ?? 1,
    lastSeen: event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? metadata.creationTimestamp,
    source: event.reportingComponent || event.source?.component || "",
    subject: about.uid ?? "",
    apiVersion: about.apiVersion ?? "v1",
    kind: about.kind ?? "",
    namespace: about.namespace ?? "",
    name: about.name ?? "",
  };
}

/** The same event for several objects of a namespace; the random ends of their names do not count. */
export const sortOfHappening = ({ kind, namespace, reason, message }: Happening): string =>
  [kind, namespace, reason, message.replace(RANDOM_END, "")].join("\n");

/** As `generateName` makes them. */
const RANDOM_END = /-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g;

export const newestFirst = (a: Happening, b: Happening): number => b.lastSeen.localeCompare(a.lastSeen);

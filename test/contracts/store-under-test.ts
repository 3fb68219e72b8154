import type { BackupObject, RestoreReport } from "../../api/backup.ts";
import { LineSplitter } from "../../api/line-splitter.ts";
import type { Attributes, Requirement } from "../../api/machinery/selectors/requirement.ts";
import type {
  Key,
  ListHead,
  ListStreamRequest,
  ReadResult,
  Revision,
  Store,
  WatchFailure,
  WatchRequest,
  Write,
} from "../../api/store/store.ts";
import type { RetainedObjects } from "../../durable-objects/store/backup/restore.ts";
import type { CheckReport } from "../../durable-objects/store/log/check.ts";
import type { Window } from "../../durable-objects/store/log/compaction.ts";

export type Bytes = {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
};

/** A store under test: empty, and compacted on request. */
export interface StoreUnderTest
  extends Pick<Store, "commit" | "read" | "readMany" | "list" | "after" | "texts" | "status"> {
  listStream(request: ListStreamRequest): Promise<ReadResult<{ head: ListHead; body: unknown }, WatchFailure>>;
  watch(request: WatchRequest): Promise<ReadResult<{ stream: unknown }, WatchFailure>>;
  compact(window: Window): unknown;
  check(): Promise<CheckReport>;
  /** A stream of bytes. */
  backup(cluster: string, without: readonly string[]): unknown;
  restore(objects: readonly BackupObject[], spared: RetainedObjects): Promise<RestoreReport>;
  advance(revision: Revision): unknown;
}

export type OpenStore = () => StoreUnderTest;

/** Keeps this many revisions, however young. */
export const windowOf = (minRevisions: number): Window => ({ minAgeMs: -1, minRevisions });

/** Of resources that no controller knows: a ClusterStore under test notifies its listeners. */
export const key = (name: string, namespace = "default", resource = "things"): Key => ({ resource, namespace, name });
export const bare: Attributes = { labels: {}, fields: {} };
export const labelled = (labels: Record<string, string>, fields: Record<string, string> = {}): Attributes => ({
  labels,
  fields,
});
export const textOf = ({ namespace, name }: Key, body = "1") =>
  `{"kind":"Thing","apiVersion":"v1","metadata":{"name":"${name}","namespace":"${namespace}","resourceVersion":""},"body":"${body}"}`;
export const create = (of: Key, attributes = bare, body = "1"): Write => ({
  op: "create",
  key: of,
  text: textOf(of, body),
  attributes,
});
export const replace = (of: Key, attributes = bare, body = "2"): Write => ({
  op: "replace",
  key: of,
  text: textOf(of, body),
  attributes,
});
export const remove = (of: Key): Write => ({ op: "delete", key: of });
export const has = (label: string, value: string): Requirement => ({
  of: "label",
  key: label,
  operator: "in",
  values: [value],
});

export async function done(store: StoreUnderTest, ...writes: Write[]): Promise<Revision> {
  const result = await store.commit({ writes });
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.revisions.at(-1) as Revision;
}

export function must<T>(answer: ReadResult<T, unknown>): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

export const watchOf = (request: Partial<WatchRequest> = {}): WatchRequest => ({
  resource: "things",
  bookmarks: false,
  bookmarkKind: { kind: "Thing", apiVersion: "v1" },
  timeoutSeconds: 60,
  ...request,
});

/** Reads this many events, as `TYPE name@revision`; bookmarks have no name. Heartbeats are white space. */
export async function events(stream: unknown, count: number): Promise<string[]> {
  const reader = (stream as Bytes).getReader();
  const lines: string[] = [];
  const splitter = new LineSplitter(new TextDecoder());
  while (lines.length < count) {
    const { done: ended, value } = await reader.read();
    if (ended || value === undefined) break;
    lines.push(...splitter.push(value));
  }
  await reader.cancel();
  return lines.map((line) => {
    const { type, object } = JSON.parse(line);
    const end = object.metadata.annotations?.["k8s.io/initial-events-end"] ? " end" : "";
    return `${type} ${object.metadata.name ?? ""}@${object.metadata.resourceVersion}${end}`;
  });
}

export const whole = (body: unknown): Promise<string> => new Response(body as BodyInit).text();

export const names = (page: { items: readonly { key: Key }[] }) =>
  page.items.map((item) => `${item.key.namespace}/${item.key.name}`);

/**
 * The store as seen by a request that selects custom objects by fields of one among several versions (rule CRD-SELECT).
 * The attributes stored beside a text are those of the version that wrote it, so fields are evaluated on objects as
 * they are read.
 */
import { LineSplitter } from "../../api/line-splitter.ts";
import { exactJson, parseExactJson } from "../../api/machinery/json/exact-json.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Requirement } from "../../api/machinery/selectors/requirement.ts";
import { matches } from "../../api/machinery/selectors/selector.ts";
import type {
  Decided,
  Entry,
  Key,
  ListPage,
  ListRequest,
  ListStreamRequest,
  Revision,
  Selected,
  WatchRequest,
  Write,
} from "../../api/store/store.ts";
import { isHeartbeat } from "../../api/watch-heartbeat.ts";
import type { Served } from "../kinds/kind-registry.ts";
import type { Committed, ObjectStore } from "./object-store.ts";

/** Characters of text that are read per call; few of the objects may match. */
const PART_LENGTH = 1024 * 1024;
/** Characters after which a page ends, as one of the store does (rule WIRE-CONTINUE). */
const PAGE_LENGTH = 8 * 1024 * 1024;

/** Whether the selected fields belong to one version of several, or one schema of several. */
export const selectsAsRead = ({ custom, conversion }: Served, query: URLSearchParams): boolean =>
  custom && conversion !== undefined && (query.get("fieldSelector") ?? "") !== "";

export class SelectingStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #served: Served;

  constructor(store: ObjectStore, served: Served) {
    this.#store = store;
    this.#served = served;
  }

  commit(writes: readonly Write[]): Promise<Committed> {
    return this.#store.commit(writes);
  }

  textForWriter(text: string): string | Promise<string> {
    return this.#store.textForWriter(text);
  }

  read(key: Key, at?: Revision): Promise<{ entry: Entry | undefined; revision: Revision }> {
    return this.#store.read(key, at);
  }

  isOutdated(entry: Entry): boolean {
    return this.#store.isOutdated(entry);
  }

  readMany(keys: readonly Key[]): Promise<readonly (Entry | undefined)[]> {
    return this.#store.readMany(keys);
  }

  async list(request: Omit<ListRequest, keyof Decided>): Promise<ListPage> {
    const { fields, requested } = splitRequirements(request);
    return fields.length === 0 ? this.#store.list(request) : this.#page(fields, requested, Number.POSITIVE_INFINITY);
  }

  /** What is selected, up to the limit that is requested, and to so many characters of text. */
  async #page(
    fields: readonly Requirement[],
    { limit: wanted = Number.POSITIVE_INFINITY, ...whole }: Omit<ListRequest, keyof Decided>,
    most: number,
  ): Promise<ListPage> {
    const items: Entry[] = [];
    let length = 0;
    let end: Omit<ListPage, "items"> | undefined;
    for await (const { remaining: _, ...page } of this.#store.pages({ length: PART_LENGTH, ...whole })) {
      for (const entry of this.#chosen(fields, page)) {
        items.push(entry);
        length += entry.text.length;
      }
      end = page;
      if (items.length >= wanted || length > most) break;
    }
    if (!end) throw new Error("a list without a page");
    return { ...end, more: end.more || items.length > wanted, items: items.slice(0, wanted) };
  }

  async *pages(request: Omit<ListRequest, keyof Decided>): AsyncGenerator<ListPage, undefined> {
    const { fields, requested } = splitRequirements(request);
    if (fields.length === 0) yield* this.#store.pages(request);
    else if (request.limit !== undefined) yield await this.#page(fields, requested, PAGE_LENGTH);
    else
      for await (const { remaining: _, ...page } of this.#store.pages(requested))
        yield { ...page, items: this.#chosen(fields, page) };
  }

  selected(wanted: Selected): Promise<readonly Entry[]> {
    return this.#store.selected(wanted);
  }

  confirm(): Promise<void> {
    return this.#store.confirm();
  }

  asItself(): ObjectStore {
    return this.#store.asItself();
  }

  #chosen(fields: readonly Requirement[], { items }: Pick<ListPage, "items">): Entry[] {
    return items.filter(({ text }) => this.#meets(fields, parseExactJson(text) as KubeObject));
  }

  /** Lists selected this way are not streamed. */
  async stream(what: "list" | "watch", request: WatchRequest | ListStreamRequest): Promise<Response> {
    const { fields, requested } = splitRequirements(request);
    if (fields.length === 0 || !("bookmarkKind" in requested)) return this.#store.stream(what, request);
    const { since, known } = await this.#before(fields, requested);
    const response = await this.#store.stream(what, { ...requested, ...(since === undefined ? {} : { since }) });
    return new Response(response.body?.pipeThrough(this.#events(fields, known)) ?? null, response);
  }

  #meets(fields: readonly Requirement[], object: KubeObject): boolean {
    const { conversion, resource } = this.#served;
    const read = conversion ? conversion.fromStored(object) : object;
    const of = (key: string) => resource.fields?.[key]?.(read) ?? "";
    const { namespace = "", name = "" } = object.metadata;
    const attributes = { labels: {}, fields: Object.fromEntries(fields.map(({ key }) => [key, of(key)])) };
    return matches(fields, attributes, { namespace, name });
  }

  /** What matched before a watch's first event; nothing yet for a watch that begins with the current state. */
  async #before(fields: readonly Requirement[], { since, sendInitialEvents, ...watch }: WatchRequest): Promise<Before> {
    const known = new Map<string, string>();
    if (since === undefined && sendInitialEvents !== false) return { since, known };
    const { resource, namespace, name, requirements } = watch;
    const request = {
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      ...(requirements === undefined ? {} : { requirements }),
      ...(since === undefined ? {} : { at: since }),
    };
    let from = since;
    for await (const { items, revision } of this.#store.pages(request)) {
      from = revision;
      for (const { text } of items) {
        const object = parseExactJson(text) as KubeObject;
        if (this.#meets(fields, object)) known.set(keyOf(object), text);
      }
    }
    return { since: from, known };
  }

  #events(fields: readonly Requirement[], known: Map<string, string>): TransformStream<Uint8Array, Uint8Array> {
    const encoder = new TextEncoder();
    const splitter = new LineSplitter(new TextDecoder());
    return new TransformStream({
      transform: (chunk, controller) => {
        if (isHeartbeat(chunk, splitter)) return controller.enqueue(chunk);
        for (const line of splitter.push(chunk)) {
          const selected = this.#select(fields, known, line);
          if (selected !== undefined) controller.enqueue(encoder.encode(`${selected}\n`));
        }
      },
    });
  }

  /** The line for an event as this selection sees it; undefined if it is not concerned. */
  #select(fields: readonly Requirement[], known: Map<string, string>, line: string): string | undefined {
    const { type, object } = parseExactJson(line) as { readonly type: string; readonly object: KubeObject };
    if (type === "ERROR" || type === "BOOKMARK") return line;
    const key = keyOf(object);
    const before = known.get(key);
    if (type !== "DELETED" && this.#meets(fields, object)) {
      const text = exactJson(object);
      known.set(key, text);
      return `{"type":"${before === undefined ? "ADDED" : "MODIFIED"}","object":${text}}`;
    }
    if (before === undefined) return undefined;
    known.delete(key);
    const last = type === "DELETED" ? object : atRevisionOf(parseExactJson(before) as KubeObject, object);
    return exactJson({ type: "DELETED", object: last });
  }
}

interface Before {
  readonly since: Revision | undefined;
  /** The texts of objects: parsed, they would take several times as much memory for as long as the watch lasts. */
  readonly known: Map<string, string>;
}

const ofKey = ({ of, key }: Requirement) => of === "field" && (key === "metadata.name" || key === "metadata.namespace");

/** Separates requirements on fields from those left to the store: labels and names. */
function splitRequirements<R extends { readonly requirements?: readonly Requirement[] }>(request: R) {
  const { requirements = [] } = request;
  const fields = requirements.filter((each) => each.of === "field" && !ofKey(each));
  const left = requirements.filter((each) => !fields.includes(each));
  return { fields, requested: { ...request, requirements: left } };
}

const keyOf = ({ metadata: { namespace = "", name = "" } }: KubeObject) => `${namespace}/${name}`;

/** The last known state of an object that is no longer selected, at the revision at which it left. */
function atRevisionOf(before: KubeObject, { metadata: { resourceVersion } }: KubeObject): KubeObject {
  return { ...before, metadata: { ...before.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
}

/**
 * The store as seen by a request whose kind has a conversion webhook: objects are read at the request's version and
 * stored at the storage version, as in Kubernetes. Everything above deals with one version.
 */
import { exactJson, parseExactJson } from "../../api/machinery/json/exact-json.ts";
import {
  canonicalObject,
  textWithoutRevision,
  withoutRevision,
  withRevision,
} from "../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject } from "../../api/machinery/meta.ts";
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
import { type Converter, type Served, storageResource } from "../kinds/kind-registry.ts";
import type { Caller } from "../outbound/call-client.ts";
import type { Committed, ObjectStore } from "../storage/object-store.ts";
import { convertObjects } from "./convert-objects.ts";
import { convertedEvents } from "./converted-events.ts";

/** As if it were stored at its version: an update that changes nothing results in the same text. */
const storedForm = (object: KubeObject): string =>
  withRevision(textWithoutRevision(object), object.metadata.resourceVersion ?? "");

export class ConvertingStore implements ObjectStore {
  readonly #plain: ObjectStore;
  readonly #caller: Caller;
  readonly #converter: Converter;
  readonly #resource: string;
  readonly #apiVersion: string;
  readonly #conversion: Served["conversion"];
  /** What a commit of this request stored, by the text that it was given. */
  readonly #storedAs = new Map<string, KubeObject>();
  readonly #outdated = new WeakSet<Entry>();

  constructor(caller: Caller, served: Served, converter: Converter) {
    this.#plain = caller.store;
    this.#caller = caller;
    this.#converter = converter;
    this.#resource = storageResource(served.resource);
    this.#apiVersion = apiVersionOf(served.group, served.version);
    this.#conversion = served.conversion;
  }

  async commit(writes: readonly Write[]): Promise<Committed> {
    return this.#plain.commit(await this.#stored(writes));
  }

  /** As converted back from the storage version, even if a dry run stores nothing. */
  async textForWriter(text: string): Promise<string> {
    const object = parseExactJson(text) as KubeObject;
    const known = this.#storedAs.get(withoutRevision(text));
    const [stored = object] = known
      ? [{ ...known, metadata: { ...known.metadata, resourceVersion: object.metadata.resourceVersion ?? "" } }]
      : await this.#convert([object], this.#converter.storageVersion);
    const [back = stored] = await this.#read([stored]);
    return exactJson(canonicalObject(this.#shaped(back)));
  }

  async read(key: Key, at?: Revision): Promise<{ entry: Entry | undefined; revision: Revision }> {
    const { entry, revision } = await this.#plain.read(key, at);
    const [converted] = await this.#served([entry]);
    return { entry: converted, revision };
  }

  isOutdated(entry: Entry): boolean {
    return this.#outdated.has(entry);
  }

  async readMany(keys: readonly Key[]): Promise<readonly (Entry | undefined)[]> {
    return this.#served(await this.#plain.readMany(keys));
  }

  async list(request: Omit<ListRequest, keyof Decided>): Promise<ListPage> {
    const page = await this.#plain.list(request);
    return { ...page, items: await this.#served(page.items) };
  }

  /** In one part: an object that cannot be converted fails the request, which must not have been answered by then. */
  async *pages(request: Omit<ListRequest, keyof Decided>): AsyncGenerator<ListPage, undefined> {
    yield await this.list(request);
  }

  async selected(wanted: Selected): Promise<readonly Entry[]> {
    return this.#served(await this.#plain.selected(wanted));
  }

  confirm(): Promise<void> {
    return this.#plain.confirm();
  }

  /** Nothing of the control plane's own is converted. */
  asItself(): ObjectStore {
    return this.#plain.asItself();
  }

  /** Lists of such kinds are not streamed; a watch's events are converted as they come. */
  async stream(what: "list" | "watch", request: WatchRequest | ListStreamRequest): Promise<Response> {
    const response = await this.#plain.stream(what, request);
    const events = convertedEvents(async (object) => {
      const [converted = object] = await this.#read([object]);
      return converted;
    });
    return new Response(response.body?.pipeThrough(events) ?? null, response);
  }

  async #served<T extends Entry | undefined>(entries: readonly T[]): Promise<T[]> {
    const objects = entries.flatMap((entry) => (this.#isMine(entry) ? [parseExactJson(entry.text) as KubeObject] : []));
    if (objects.length === 0) return [...entries];
    const converted = (await this.#read(objects)).values();
    const stored = objects.values();
    return entries.map((entry) => {
      if (!this.#isMine(entry)) return entry;
      const served = { ...entry, text: storedForm(this.#shaped(converted.next().value as KubeObject)) };
      if (stored.next().value?.apiVersion !== this.#converter.storageVersion) this.#outdated.add(served);
      return served;
    });
  }

  /** Drops fields that the webhook added and the version does not have. What it left out gets no defaults. */
  #shaped(object: KubeObject): KubeObject {
    return this.#conversion?.fromStored(object) ?? object;
  }

  #isMine(entry: Entry | undefined): entry is Entry {
    return entry?.key.resource === this.#resource;
  }

  /** Converts the texts of creates, replaces and final states to the storage version. */
  async #stored(writes: readonly Write[]): Promise<readonly Write[]> {
    const mine = (write: Write): write is Write & { readonly text: string } =>
      write.key.resource === this.#resource && "text" in write && write.text !== undefined;
    const objects = writes.filter(mine).map(({ text }) => parseExactJson(text) as KubeObject);
    if (objects.length === 0) return writes;
    const converted = (await this.#convert(objects, this.#converter.storageVersion)).values();
    return writes.map((write) => {
      if (!mine(write)) return write;
      const stored = converted.next().value as KubeObject;
      this.#storedAs.set(withoutRevision(write.text), stored);
      return { ...write, text: textWithoutRevision(stored) };
    });
  }

  /** Stored objects as the version of the request has them. */
  #read(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    return this.#convert(objects.map(this.#converter.completed), this.#apiVersion);
  }

  #convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly KubeObject[]> {
    return convertObjects(this.#caller, this.#converter, { objects, apiVersion });
  }
}

import type { Resource } from "../../../api/resources/resource.ts";
import type { TaggedDocument } from "./etag.ts";

/** Keeps work going that others wait for, although the request that began it may end. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** Documents about all kinds, built once per set of them: a set is never changed, only replaced. */
export class BuiltDocuments {
  readonly #bySet = new WeakMap<readonly Resource[], Map<string, Promise<TaggedDocument>>>();

  /** `key` names one of a few documents, and with that its type. What cannot be built is tried again. */
  get<T extends TaggedDocument>(
    { resources, waitUntil }: { readonly resources: readonly Resource[]; readonly waitUntil: WaitUntil },
    key: string,
    build: () => Promise<T>,
  ): Promise<T> {
    const known = this.#bySet.get(resources) ?? new Map<string, Promise<TaggedDocument>>();
    this.#bySet.set(resources, known);
    const existing = known.get(key) as Promise<T> | undefined;
    if (existing) return existing;
    const document = build();
    known.set(key, document);
    waitUntil(document.catch(() => known.delete(key)));
    return document;
  }
}

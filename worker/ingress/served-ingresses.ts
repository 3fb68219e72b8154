/**
 * The Ingresses of this control plane's own classes, as each isolate keeps them: a request asks the store only for what
 * changed, so that it is parsed once for each write, and not for each request.
 */
import type { Ingress, IngressClass } from "../../api/generated/networking.v1.ts";
import { INGRESS_CONTROLLER } from "../../api/public-host.ts";
import type { Revision, Store } from "../../api/store/store.ts";
import { listWhole } from "../../api/store/whole-list.ts";

const CLASSES = "ingressclasses.networking.k8s.io";
const INGRESSES = "ingresses.networking.k8s.io";

type Source = Pick<Store, "list" | "texts">;

export class ServedIngresses {
  #revision: Revision | undefined;
  #classes = new Map<string, IngressClass>();
  #ingresses = new Map<string, Ingress>();
  #served: readonly Ingress[] | undefined;

  /** As of now, or later. */
  async current(store: Source): Promise<readonly Ingress[]> {
    if (this.#revision === undefined || !(await this.#catchUp(store, this.#revision))) await this.#load(store);
    this.#served ??= this.#ofOwnClasses();
    return this.#served;
  }

  /** Returns whether the log still has all changes. */
  async #catchUp(store: Source, known: Revision): Promise<boolean> {
    for (let revision = known; ; ) {
      const tail = await store.texts({ revision, resources: [CLASSES, INGRESSES] });
      if (!tail.ok) return false;
      // Another request may have applied it meanwhile.
      for (const { type, key, text, revision: of } of tail.changes) {
        if (this.#revision !== undefined && of <= this.#revision) continue;
        const id = `${key.namespace}/${key.name}`;
        const objects: Map<string, unknown> = key.resource === CLASSES ? this.#classes : this.#ingresses;
        if (type === "DELETED") objects.delete(id);
        else objects.set(id, JSON.parse(text));
        this.#served = undefined;
      }
      revision = tail.revision;
      if (this.#revision === undefined || this.#revision < revision) this.#revision = revision;
      if (!tail.more) return true;
    }
  }

  async #load(store: Source): Promise<void> {
    const classes = await listWhole(store, { resource: CLASSES });
    const ingresses = classes.ok ? await listWhole(store, { resource: INGRESSES, at: classes.revision }) : undefined;
    if (!classes.ok || !ingresses?.ok) throw new Error("cannot read the Ingresses");
    // Another request may have read newer ones.
    if (this.#revision !== undefined && this.#revision >= classes.revision) return;
    const parsed = <T>(items: typeof classes.items) =>
      new Map(items.map(({ key, text }) => [`${key.namespace}/${key.name}`, JSON.parse(text) as T]));
    this.#classes = parsed<IngressClass>(classes.items);
    this.#ingresses = parsed<Ingress>(ingresses.items);
    this.#revision = classes.revision;
    this.#served = undefined;
  }

  #ofOwnClasses(): readonly Ingress[] {
    const own = new Set(
      [...this.#classes.values()]
        .filter(({ spec }) => spec.controller === INGRESS_CONTROLLER)
        .map(({ metadata }) => metadata.name),
    );
    return [...this.#ingresses.values()].filter(
      ({ spec }) => spec.ingressClassName !== undefined && own.has(spec.ingressClassName),
    );
  }
}

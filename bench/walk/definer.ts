/** Custom objects, and their definition, which is changed, deleted and created again. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome, placeOf, someOf } from "./actor.ts";
import { definition, GADGET_RESOURCE, gadget, VERSIONS } from "./gadgets.ts";
import { insist } from "./insist.ts";
import type { Place, Reply } from "./walk-client.ts";

export const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

/** Changes the definition. */
export class Definer implements Actor {
  readonly pauses = [20, 300, 1000, 4000] as const;
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const { random, client, log } = this.#options;
    const object = definition(random);
    const place = { resource: DEFINITIONS, name: GADGET_RESOURCE };
    const action = random.weighted({ create: 4, change: 5, delete: 2 });
    const reply =
      action === "create"
        ? await client.create({ resource: DEFINITIONS }, object)
        : action === "change"
          ? await client.patch(place, object)
          : await client.delete(place);
    log(outcome(action, DEFINITIONS, object, reply));
  }

  async rest(): Promise<void> {
    const { client, random, state } = this.#options;
    // One that is being deleted keeps its name for a while.
    while (state.find(DEFINITIONS, `/${GADGET_RESOURCE}`)?.metadata.deletionTimestamp !== undefined)
      await insist(() => client.get({ resource: DEFINITIONS, name: GADGET_RESOURCE }));
    await insist(() => client.create({ resource: DEFINITIONS }, definition(random)));
  }
}

/** Writes objects of the kind, in both of its versions. */
export class GadgetUser implements Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const { random } = this.#options;
    const action = random.weighted({ create: 6, change: 4, status: 4, scale: 2, delete: 2, deleteAll: 1 });
    if (action === "create") await this.#create();
    else await this.#alter(action);
  }

  async #create(): Promise<void> {
    const { random, client, log } = this.#options;
    const namespace = random.pick(NAMESPACES);
    const version = random.pick(VERSIONS);
    const owner = random.chance(0.3)
      ? someOf(this.#options, "configmaps", ({ metadata }) => metadata.namespace === namespace)
      : undefined;
    const object = {
      apiVersion: `walk.example.com/${version}`,
      kind: "Gadget",
      metadata: {
        name: `gadgets-${random.below(4)}`,
        namespace,
        labels: { team: random.pick(["a", "b"]) },
        ...(owner && {
          ownerReferences: [
            { apiVersion: "v1", kind: "ConfigMap", name: owner.metadata.name, uid: owner.metadata.uid },
          ],
        }),
      },
      ...gadget(random),
    } as KubeObject;
    const reply = await client.create({ resource: GADGET_RESOURCE, namespace, version }, object);
    log(outcome("create", GADGET_RESOURCE, object, reply));
  }

  async #alter(action: "change" | "status" | "scale" | "delete" | "deleteAll"): Promise<void> {
    const { random, log } = this.#options;
    const object = someOf(this.#options, GADGET_RESOURCE);
    if (!object) return;
    const place = { ...placeOf(GADGET_RESOURCE, object), version: random.pick(VERSIONS) };
    log(outcome(action, GADGET_RESOURCE, object, await this.#request(action, place)));
  }

  #request(action: "change" | "status" | "scale" | "delete" | "deleteAll", place: Place): Promise<Reply | undefined> {
    const { random, client } = this.#options;
    const status = { replicas: random.below(4), note: String(random.below(100)) };
    switch (action) {
      case "change":
        // The status that is sent with it must be ignored.
        return client.patch(place, { ...gadget(random), status });
      case "status":
        return client.patch({ ...place, subresource: "status" }, { ...gadget(random), status });
      case "scale":
        return client.patch({ ...place, subresource: "scale" }, { spec: { replicas: random.below(4) } });
      case "delete":
        return client.delete(place, { propagationPolicy: random.pick(["Background", "Foreground", "Orphan"]) });
      case "deleteAll": {
        const { name: _, ...collection } = place;
        return client.delete({ ...collection, query: "labelSelector=team%3Da" });
      }
    }
  }
}

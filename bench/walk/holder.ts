/** Puts finalizers on objects, as operators do, and removes them late. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome, placeOf, someOf } from "./actor.ts";
import { GADGET_RESOURCE } from "./gadgets.ts";
import { insist } from "./insist.ts";

const HOLD = "walk.example.com/hold";
const HELD: readonly GroupResource[] = [
  "pods",
  "configmaps",
  "services",
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "jobs.batch",
  "persistentvolumeclaims",
  GADGET_RESOURCE,
];

export class Holder implements Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const { random, state } = this.#options;
    const resource = random.pick(HELD) ?? "pods";
    if (random.chance(0.4)) {
      const object = someOf(
        { random, state },
        resource,
        ({ metadata }) => !metadata.deletionTimestamp && !metadata.finalizers?.includes(HOLD),
      );
      if (object) await this.#patch("hold", resource, object, [...(object.metadata.finalizers ?? []), HOLD]);
      return;
    }
    for (const held of this.#held(random.chance(0.7))) await this.#release(...held);
  }

  async rest(): Promise<void> {
    // What is refused or changed meanwhile is tried again with what is known then.
    while (this.#held(false).length > 0)
      for (const held of this.#held(false)) await insist(() => this.#release(...held));
  }

  #held(onlyEnding: boolean) {
    return HELD.flatMap((resource) =>
      NAMESPACES.flatMap((namespace) => this.#options.state.all(resource, namespace))
        .filter(({ metadata }) => metadata.finalizers?.includes(HOLD))
        .filter(({ metadata }) => metadata.deletionTimestamp || !onlyEnding)
        .map((object) => [resource, object] as const),
    );
  }

  #release(resource: GroupResource, object: Stored<KubeObject>) {
    const left = (object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== HOLD);
    return this.#patch("release", resource, object, left);
  }

  async #patch(what: string, resource: GroupResource, object: Stored<KubeObject>, finalizers: readonly string[]) {
    const { client, log } = this.#options;
    const { resourceVersion, uid } = object.metadata;
    const patch = { metadata: { resourceVersion, uid, finalizers } };
    const reply = await client.patch(placeOf(resource, object), patch);
    log(outcome(what, resource, object, reply));
    return reply;
  }
}

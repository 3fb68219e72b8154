/** Applies overlapping configurations of the same objects: one of several managers, some of which use force. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome } from "./actor.ts";
import type { Applying } from "./walk-client.ts";

const KEYS = ["a", "b", "c", "d"];
/** Rules know by the name who never uses force. */
const MANAGERS: readonly Applying[] = [
  { manager: "polite-1", force: false },
  { manager: "polite-2", force: false },
  { manager: "forceful-1", force: true },
];

export interface ApplierOptions extends ActorOptions {
  readonly failed: (problem: string) => void;
}

export class Applier implements Actor {
  readonly #options: ApplierOptions;

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const { random, client, log } = this.#options;
    const namespace = random.pick(NAMESPACES);
    const name = `applied-${random.below(2)}`;
    const place = { resource: "configmaps", namespace, name };
    if (random.chance(0.1)) {
      await client.patch(place, { data: { [random.pick(KEYS) ?? "a"]: random.pick([null, "2"]) } });
      return;
    }
    const applying = random.pick(MANAGERS) ?? { manager: "forceful-1", force: true };
    const data = Object.fromEntries(KEYS.filter(() => random.chance(0.4)).map((key) => [key, String(random.below(2))]));
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
    const reply = await client.apply(place, object as KubeObject, applying);
    log(outcome(`${applying.manager} applies`, "configmaps", object as KubeObject, reply));
    if (reply && reply.status < 300) this.#compare(data, applying.manager, reply.object);
  }

  /** What was applied is there, and is the manager's. */
  #compare(wanted: Readonly<Record<string, string>>, manager: string, answered: Stored<KubeObject>): void {
    const { data = {} } = answered as { data?: Record<string, string> };
    const entry = answered.metadata.managedFields?.find(
      (each) => each.manager === manager && each.operation === "Apply",
    );
    const owned = Object.keys((entry?.fieldsV1 as Record<string, object> | undefined)?.["f:data"] ?? {})
      .filter((key) => key !== ".")
      .map((key) => key.slice(2));
    const keys = Object.keys(wanted);
    const problem = `${manager} applied ${JSON.stringify(wanted)} to ${answered.metadata.name}`;
    if (keys.some((key) => data[key] !== wanted[key]))
      this.#options.failed(`${problem}, was told ${JSON.stringify(data)}`);
    if (String(owned.toSorted()) !== String(keys.toSorted())) this.#options.failed(`${problem}, and owns ${owned}`);
  }
}

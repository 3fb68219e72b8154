/** Makes volumes by hand, for claims that nothing provisions, deletes them, and gives released ones to others. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { type Actor, type ActorOptions, outcome } from "./actor.ts";
import { insist } from "./insist.ts";
import { STATIC } from "./provisioner.ts";

const VOLUMES = "persistentvolumes";

export class VolumeAdministrator implements Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const { random, client, state, log } = this.#options;
    const name = `static-${random.below(4)}`;
    const volume = state.get(VOLUMES, "", name);
    const place = { resource: VOLUMES, name };
    if (!volume) {
      const object = { metadata: { name }, spec: this.#spec() } as KubeObject;
      log(outcome("create", VOLUMES, object, await client.create({ resource: VOLUMES }, object)));
    } else if (volume.status.phase === "Released" && random.chance(0.6)) {
      const patch = { metadata: { resourceVersion: volume.metadata.resourceVersion }, spec: { claimRef: null } };
      log(outcome("recycle", VOLUMES, volume, await client.patch(place, patch)));
    } else if (random.chance(0.2)) log(outcome("delete", VOLUMES, volume, await client.delete(place)));
  }

  /** Claims of the namespaces are being deleted. */
  async remove(): Promise<void> {
    const { client, state } = this.#options;
    for (const { metadata, spec } of state.list(VOLUMES))
      if (spec.storageClassName === STATIC)
        await insist(() => client.delete({ resource: VOLUMES, name: metadata.name }));
  }

  #spec(): object {
    const { random } = this.#options;
    const hostname = { key: "kubernetes.io/hostname", operator: "In", values: [`node-${random.below(5)}`] };
    return {
      capacity: { storage: random.pick(["1Gi", "2Gi"]) },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: STATIC,
      hostPath: { path: "/static" },
      ...(random.chance(0.5) && {
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
      }),
    };
  }
}

/** Somebody who works with the cluster at random: creates, changes, scales, rolls, evicts and deletes. */
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { hasEnded } from "../../test/history/pods.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome, placeOf, someOf } from "./actor.ts";
import { manifest, type WalkedResource, walkedResources } from "./manifests.ts";
import type { Reply } from "./walk-client.ts";
import type { WalkNode } from "./walk-node.ts";

const TAINT = "walk.example.com/taint";

const CREATED: Readonly<Record<WalkedResource, number>> = {
  "deployments.apps": 8,
  "replicasets.apps": 2,
  "statefulsets.apps": 5,
  "daemonsets.apps": 2,
  "jobs.batch": 5,
  "cronjobs.batch": 1,
  services: 5,
  "poddisruptionbudgets.policy": 3,
  resourcequotas: 1,
  limitranges: 1,
  configmaps: 4,
  secrets: 2,
  persistentvolumeclaims: 1,
  pods: 3,
  "horizontalpodautoscalers.autoscaling": 2,
};
const ACTIONS = {
  create: 30,
  remove: 10,
  removeAll: 1,
  replace: 4,
  scale: 9,
  roll: 8,
  edit: 10,
  evict: 8,
  node: 5,
  namespace: 1,
};

export interface UserOptions extends ActorOptions {
  readonly nodes: readonly WalkNode[];
}

export class User implements Actor {
  readonly #options: UserOptions;
  /** Nodes that are to come back. */
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: UserOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const action = this.#options.random.weighted(ACTIONS);
    await this[action]();
  }

  async rest(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async create(): Promise<void> {
    const { random, client } = this.#options;
    const resource = random.weighted(CREATED);
    const object = manifest(resource, random);
    const place = { resource, namespace: random.pick(NAMESPACES) };
    this.#note("create", resource, object, await client.create(place, object));
  }

  async remove(): Promise<void> {
    const { random, client } = this.#options;
    const resource = random.pick(walkedResources) ?? "pods";
    const object = this.#some(resource);
    if (!object) return;
    const propagationPolicy = random.pick([undefined, "Background", "Foreground", "Orphan"]);
    const options = {
      ...(propagationPolicy !== undefined && { propagationPolicy }),
      ...(resource === "pods" && random.chance(0.3) && { gracePeriodSeconds: random.pick([0, 1]) }),
    };
    this.#note("delete", resource, object, await client.delete(placeOf(resource, object), options));
  }

  /** All of a namespace that have a label. */
  async removeAll(): Promise<void> {
    const { random, client } = this.#options;
    const resource = random.pick(walkedResources) ?? "pods";
    const namespace = random.pick(NAMESPACES);
    const place = { resource, namespace, query: `labelSelector=team%3D${random.pick(["a", "b"])}` };
    const object = { metadata: { namespace, name: "*" } } as KubeObject;
    this.#note("deletecollection", resource, object, await client.delete(place));
  }

  /** Writes back what it knows, which may be old, or what another object of the name looked like. */
  async replace(): Promise<void> {
    const { random, client } = this.#options;
    const resource = random.pick(walkedResources) ?? "pods";
    const object = this.#some(resource);
    if (!object) return;
    const { resourceVersion: _, ...metadata } = object.metadata;
    const labels = { ...metadata.labels, team: random.pick(["a", "b"]) };
    const known = random.chance(0.7) ? object.metadata : metadata;
    const changed = { ...object, metadata: { ...known, labels } } as KubeObject;
    this.#note("replace", resource, object, await client.replace(placeOf(resource, object), changed));
  }

  async scale(): Promise<void> {
    const { random, client } = this.#options;
    const resource = random.pick([
      "deployments.apps",
      "deployments.apps",
      "replicasets.apps",
      "statefulsets.apps",
    ] as const);
    const object = this.#some(resource, ({ metadata }) => !metadata.ownerReferences);
    if (!object) return;
    const place = { ...placeOf(resource, object), subresource: "scale" };
    this.#note("scale", resource, object, await client.patch(place, { spec: { replicas: random.below(7) } }));
  }

  async roll(): Promise<void> {
    const { random } = this.#options;
    const resource = random.pick([
      "deployments.apps",
      "deployments.apps",
      "statefulsets.apps",
      "daemonsets.apps",
    ] as const);
    const containers = [{ name: "c", image: `image:${random.below(4)}` }];
    await this.#change("roll", resource, { spec: { template: { spec: { containers } } } }, "strategic-merge");
  }

  async edit(): Promise<void> {
    const { random } = this.#options;
    const labels = { app: random.pick(["deployments-0", "deployments-1", "stray"]), team: random.pick(["a", "b"]) };
    const edits: readonly (readonly [WalkedResource, object])[] = [
      ["deployments.apps", { spec: { paused: random.chance(0.3) } }],
      ["jobs.batch", { spec: random.pick([{ suspend: true }, { suspend: false }, { parallelism: random.below(4) }]) }],
      [
        "statefulsets.apps",
        { spec: { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: random.below(3) } } } },
      ],
      ["services", { spec: random.pick([{ type: "NodePort" }, { selector: { app: "deployments-0" } }]) }],
      ["resourcequotas", { spec: { hard: { pods: String(8 + random.below(12)) } } }],
      ["configmaps", { data: { value: String(random.next()) } }],
      ["pods", { metadata: { labels } }],
      ["pods", { spec: { schedulingGates: [] } }],
      [
        "horizontalpodautoscalers.autoscaling",
        { spec: { minReplicas: 1 + random.below(3), maxReplicas: 3 + random.below(3) } },
      ],
      ["poddisruptionbudgets.policy", { spec: { minAvailable: 1 + random.below(2), maxUnavailable: null } }],
    ];
    const [resource, patch] = random.pick(edits) ?? edits[0] ?? ["pods", {}];
    await this.#change("edit", resource, patch);
  }

  async evict(): Promise<void> {
    const pod = this.#some("pods", (each) => !hasEnded(each as Stored<Pod>));
    if (pod) await this.#evict(pod);
  }

  async node(): Promise<void> {
    const { random, client, nodes, state } = this.#options;
    const walked = random.pick(nodes);
    if (!walked) return;
    const { name } = walked;
    const place = { resource: "nodes", name };
    const node = state.get("nodes", "", name);
    const action = random.weighted({ cordon: 1, drain: 1, uncordon: 3, taint: 2, label: 1, remove: 1, crash: 3 });
    this.#options.log(`${action} node ${name}`);
    switch (action) {
      case "cordon":
      case "drain":
        await client.patch(place, { spec: { unschedulable: true } });
        if (action === "drain")
          for (const pod of state.list("pods"))
            if (pod.spec.nodeName === name && !hasEnded(pod)) await this.#evict(pod);
        return;
      case "uncordon":
        return void (await client.patch(place, { spec: { unschedulable: null } }));
      case "taint": {
        const effect = random.pick(["NoSchedule", "NoExecute", undefined]);
        return void (node && (await client.patch(place, tainted(node, effect))));
      }
      case "label":
        return void (await client.patch(place, { metadata: { labels: { pool: random.pick(["a", "b", null]) } } }));
      case "remove":
        return void (await client.delete(place));
      case "crash":
        if (!walked.isUp) return;
        walked.crash();
        this.#later(random.pick([300, 2000, 8000, 60_000]), () => void walked.start());
    }
  }

  async namespace(): Promise<void> {
    const { random, client, state } = this.#options;
    const missing = NAMESPACES.find((name) => !state.get("namespaces", "", name));
    const name = missing ?? random.pick(NAMESPACES);
    const object = { metadata: { name } };
    const place = { resource: "namespaces", name };
    if (missing) this.#note("create", "namespaces", object, await client.create({ resource: "namespaces" }, object));
    else this.#note("delete", "namespaces", object, await client.delete(place));
  }

  async #evict({ metadata: { name, namespace } }: Stored<KubeObject>): Promise<void> {
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } } as KubeObject;
    const place = { resource: "pods", namespace, name, subresource: "eviction" };
    this.#note("evict", "pods", eviction, await this.#options.client.create(place, eviction));
  }

  async #change(
    what: string,
    resource: WalkedResource,
    patch: object,
    type: "merge" | "strategic-merge" = "merge",
  ): Promise<void> {
    const object = this.#some(resource);
    if (object)
      this.#note(what, resource, object, await this.#options.client.patch(placeOf(resource, object), patch, type));
  }

  #some(resource: WalkedResource, where?: (object: Stored<KubeObject>) => boolean) {
    return someOf(this.#options, resource, where);
  }

  #later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #note(what: string, resource: GroupResource, object: KubeObject, reply: Reply | undefined): void {
    this.#options.log(outcome(what, resource, object, reply));
  }
}

/** A patch that sets the walk's own taint, if the node is still as it was. */
export const tainted = ({ metadata: { resourceVersion }, spec }: Stored<Node>, effect: string | undefined) => ({
  metadata: { resourceVersion },
  spec: {
    taints: [
      ...(spec.taints ?? []).filter(({ key }) => key !== TAINT),
      ...(effect === undefined ? [] : [{ key: TAINT, value: "x", effect }]),
    ],
  },
});

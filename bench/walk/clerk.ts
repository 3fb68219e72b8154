/** A user who may do what bindings allow at the moment, and an administrator who grants and revokes that. */
import { type KubeObject, kubeObject } from "../../api/machinery/meta.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome } from "./actor.ts";
import { insist } from "./insist.ts";
import type { WalkClient } from "./walk-client.ts";

export const CLERK = "clerk";
const ROLES = "roles.rbac.authorization.k8s.io";
const BINDINGS = "rolebindings.rbac.authorization.k8s.io";
const RBAC = "rbac.authorization.k8s.io";
const VERBS = [["*"], ["create", "get"], ["get"], ["get", "update", "patch", "delete"]] as const;

/** Grants and revokes. */
export class Registrar implements Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const { random, client, log } = this.#options;
    const namespace = random.pick(NAMESPACES);
    const resource = random.pick([ROLES, BINDINGS, BINDINGS]);
    const place = { resource, namespace, name: CLERK };
    const object = { metadata: { name: CLERK, namespace } } as KubeObject;
    const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: random.pick(VERBS) }];
    const action = random.weighted({ create: 4, delete: 2, change: 2 });
    const reply =
      action === "delete"
        ? await client.delete(place)
        : action === "change"
          ? await client.patch({ ...place, resource: ROLES }, { rules })
          : await client.create(
              { resource, namespace },
              resource === ROLES ? kubeObject({ ...object, rules }) : binding(object),
            );
    log(outcome(action, resource, object, reply));
  }
}

const binding = ({ metadata }: KubeObject): KubeObject =>
  kubeObject({
    metadata,
    roleRef: { apiGroup: RBAC, kind: "Role", name: CLERK },
    subjects: [{ apiGroup: RBAC, kind: "User", name: CLERK }],
  });

/** Writes config maps, whether allowed to or not. */
export class Clerk implements Actor {
  readonly #options: ActorOptions;
  readonly #client: WalkClient;

  /** `client` is the clerk's own. */
  constructor(options: ActorOptions, client: WalkClient) {
    this.#options = options;
    this.#client = client;
  }

  async act(): Promise<void> {
    const { random, log } = this.#options;
    const namespace = random.pick(NAMESPACES);
    const name = `clerk-${random.below(3)}`;
    const place = { resource: "configmaps", namespace, name };
    const data = { value: String(random.next()) };
    const object = { metadata: { name, namespace }, data } as KubeObject;
    const action = random.weighted({ create: 4, patch: 3, delete: 1 });
    const reply =
      action === "create"
        ? await this.#client.create({ resource: "configmaps", namespace }, object)
        : action === "patch"
          ? await this.#client.patch(place, { data })
          : await this.#client.delete(place);
    log(outcome(`${CLERK} ${action}`, "configmaps", object, reply));
  }

  async rest(): Promise<void> {
    for (const namespace of NAMESPACES)
      await insist(() => this.#options.client.delete({ resource: BINDINGS, namespace, name: CLERK }));
  }
}

/** An administrator whose policies come and go: they refuse or change writes of users and of controllers. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome } from "./actor.ts";
import { insist } from "./insist.ts";
import type { Random } from "./random.ts";

const REGISTRATION = "admissionregistration.k8s.io";
const POLICIES = {
  Validating: [`validatingadmissionpolicies.${REGISTRATION}`, `validatingadmissionpolicybindings.${REGISTRATION}`],
  Mutating: [`mutatingadmissionpolicies.${REGISTRATION}`, `mutatingadmissionpolicybindings.${REGISTRATION}`],
} as const;
type PolicyType = keyof typeof POLICIES;
const NAMES = 3;

/** Whose writes are refused: by API group. */
const TARGETS = [
  ["", "pods"],
  ["", "pods"],
  ["", "pods/status"],
  ["", "pods/eviction"],
  ["", "pods/binding"],
  ["", "serviceaccounts"],
  ["", "configmaps"],
  ["", "services"],
  ["", "endpoints"],
  ["", "persistentvolumeclaims"],
  ["", "persistentvolumeclaims/status"],
  ["apps", "replicasets"],
  ["apps", "replicasets/status"],
  ["apps", "deployments"],
  ["apps", "deployments/status"],
  ["apps", "deployments/scale"],
  ["apps", "statefulsets"],
  ["apps", "statefulsets/status"],
  ["apps", "daemonsets/status"],
  ["apps", "controllerrevisions"],
  ["batch", "jobs"],
  ["batch", "jobs/status"],
  ["batch", "cronjobs/status"],
  ["discovery.k8s.io", "endpointslices"],
  ["policy", "poddisruptionbudgets/status"],
  ["autoscaling", "horizontalpodautoscalers/status"],
  ["walk.example.com", "gadgets"],
  ["walk.example.com", "gadgets/status"],
  ["*", "*"],
] as const;
const OPERATIONS = [["CREATE"], ["UPDATE"], ["DELETE"], ["CREATE", "UPDATE"], ["UPDATE", "DELETE"], ["*"]] as const;
/** What a policy may change: others than these would make controllers act without end, in Kubernetes, too. */
const MUTATIONS = [
  (name: string) => `Object{metadata: Object.metadata{labels: {"walk-mark": "${name}"}}}`,
  (name: string) => `Object{metadata: Object.metadata{annotations: {"walk.example.com/mark": "${name}"}}}`,
] as const;
const MUTATED = [
  ["", "pods"],
  ["", "configmaps"],
  ["apps", "replicasets"],
  ["apps", "deployments"],
  ["apps", "statefulsets"],
  ["batch", "jobs"],
  ["discovery.k8s.io", "endpointslices"],
  ["", "persistentvolumeclaims"],
  ["walk.example.com", "gadgets"],
] as const;

const place = (type: PolicyType, index: 0 | 1, name?: string) => ({
  resource: POLICIES[type][index],
  ...(name !== undefined && { name }),
});

export class PolicyAdministrator implements Actor {
  /** Some last for so long that what they refuse is not tried again soon. */
  readonly pauses = [50, 300, 2000, 8000] as const;
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  async act(): Promise<void> {
    const { random, client, state, log } = this.#options;
    const type = random.weighted({ Validating: 3, Mutating: 2 });
    const name = `${type.toLowerCase()}-${random.below(NAMES)}`;
    const present = ([0, 1] as const).filter((index) => state.find(POLICIES[type][index], `/${name}`));
    if (present.length > 0) {
      const index = random.pick(present) ?? 0;
      log(outcome("delete", POLICIES[type][index], named(name), await client.delete(place(type, index, name))));
      return;
    }
    for (const index of [0, 1] as const) {
      const object = index === 0 ? policy(type, name, random) : binding(type, name, random);
      log(outcome("create", POLICIES[type][index], object, await client.create(place(type, index), object)));
    }
  }

  async rest(): Promise<void> {
    const { client } = this.#options;
    for (const type of ["Validating", "Mutating"] as const)
      for (let number = 0; number < NAMES; number++)
        for (const index of [1, 0] as const)
          await insist(() => client.delete(place(type, index, `${type.toLowerCase()}-${number}`)));
  }
}

const named = (name: string): KubeObject => ({ metadata: { name } }) as KubeObject;

function policy(type: PolicyType, name: string, random: Random): KubeObject {
  const [group, resource] = random.pick(type === "Validating" ? TARGETS : MUTATED);
  const operations = type === "Validating" ? random.pick(OPERATIONS) : random.pick([["CREATE"], ["CREATE", "UPDATE"]]);
  const matchConstraints = {
    resourceRules: [{ apiGroups: [group], apiVersions: ["*"], operations, resources: [resource] }],
    ...(random.chance(0.3) && { objectSelector: { matchLabels: { team: random.pick(["a", "b"]) } } }),
  };
  const expression = random.pick(MUTATIONS)(name);
  return {
    metadata: { name },
    spec: {
      matchConstraints,
      ...(type === "Validating"
        ? { validations: [{ expression: random.chance(0.9) ? "false" : "true", message: `${name} says no` }] }
        : {
            reinvocationPolicy: random.pick(["Never", "IfNeeded"]),
            mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }],
          }),
    },
  } as KubeObject;
}

function binding(type: PolicyType, name: string, random: Random): KubeObject {
  const values = random.chance(0.5) ? NAMESPACES : [random.pick(NAMESPACES)];
  const namespaceSelector = { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] };
  return {
    metadata: { name },
    spec: {
      policyName: name,
      matchResources: { namespaceSelector },
      ...(type === "Validating" && {
        validationActions: random.chance(0.85) ? ["Deny"] : random.pick([["Warn"], ["Audit"], ["Warn", "Audit"]]),
      }),
    },
  } as KubeObject;
}

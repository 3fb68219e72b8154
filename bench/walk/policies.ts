/** An administrator whose policies come and go: they refuse or change writes of users and of controllers. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome } from "./actor.ts";
import { MUTATED, OPERATIONS, TARGETS } from "./admission-targets.ts";
import { insist } from "./insist.ts";
import type { Random } from "./random.ts";

const REGISTRATION = "admissionregistration.k8s.io";
const POLICIES = {
  Validating: [`validatingadmissionpolicies.${REGISTRATION}`, `validatingadmissionpolicybindings.${REGISTRATION}`],
  Mutating: [`mutatingadmissionpolicies.${REGISTRATION}`, `mutatingadmissionpolicybindings.${REGISTRATION}`],
} as const;
type PolicyType = keyof typeof POLICIES;
const NAMES = 3;

/** Of which requests a policy judges; the last fails where there is no object, and with it the request. */
const CONDITIONS = [
  "request.userInfo.username.startsWith('system:serviceaccount:kube-system:')",
  "!request.userInfo.username.startsWith('system:')",
  "request.namespace.endsWith('0')",
  "object.metadata.name.size() % 2 == 0",
] as const;
/** A config map that says whether to refuse. */
const PARAMS = "policy-params";
const MUTATIONS = [
  (name: string) => `Object{metadata: Object.metadata{labels: {"walk-mark": "${name}"}}}`,
  (name: string) => `Object{metadata: Object.metadata{annotations: {"walk.example.com/mark": "${name}"}}}`,
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
    if (random.chance(0.3)) return this.#changeParams();
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

  /** They come, change and go like the policies that read them. */
  async #changeParams(): Promise<void> {
    const { random, client, state, log } = this.#options;
    const namespace = random.pick(NAMESPACES);
    const at = { resource: "configmaps", namespace };
    const object = { ...named(PARAMS), data: { refuse: random.pick(["yes", "no"]) } } as KubeObject;
    const known = state.find("configmaps", `${namespace}/${PARAMS}`);
    const what = known ? random.pick(["delete", "patch"] as const) : "create";
    const reply = {
      create: () => client.create(at, object),
      delete: () => client.delete({ ...at, name: PARAMS }),
      patch: () => client.patch({ ...at, name: PARAMS }, object),
    }[what];
    log(outcome(what, "configmaps", object, await reply()));
  }

  async rest(): Promise<void> {
    const { client } = this.#options;
    for (const type of ["Validating", "Mutating"] as const)
      for (let number = 0; number < NAMES; number++)
        for (const index of [1, 0] as const)
          await insist(() => client.delete(place(type, index, `${type.toLowerCase()}-${number}`)));
  }
}

/** A policy of this name, and its binding, use parameters. */
const hasParams = (name: string): boolean => name.endsWith("0");

const named = (name: string): KubeObject => ({ metadata: { name } }) as KubeObject;

function policy(type: PolicyType, name: string, random: Random): KubeObject {
  const [group, resource] = random.pick(type === "Validating" ? TARGETS : MUTATED);
  const operations = type === "Validating" ? random.pick(OPERATIONS) : random.pick([["CREATE"], ["CREATE", "UPDATE"]]);
  const matchConstraints = {
    resourceRules: [{ apiGroups: [group], apiVersions: ["*"], operations, resources: [resource] }],
    ...(random.chance(0.3) && { objectSelector: { matchLabels: { team: random.pick(["a", "b"]) } } }),
  };
  const expression = random.pick(MUTATIONS)(name);
  const refusal = hasParams(name)
    ? "has(params.data) && params.data.refuse == 'no'"
    : random.chance(0.9)
      ? "false"
      : "true";
  return {
    metadata: { name },
    spec: {
      matchConstraints,
      failurePolicy: random.pick(["Fail", "Fail", "Ignore"]),
      ...(hasParams(name) && { paramKind: { apiVersion: "v1", kind: "ConfigMap" } }),
      ...(random.chance(0.4) && { matchConditions: [{ name: "some", expression: random.pick(CONDITIONS) }] }),
      ...(type === "Validating"
        ? { validations: [{ expression: refusal, message: `${name} says no` }] }
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
      ...(hasParams(name) && {
        paramRef: { name: PARAMS, parameterNotFoundAction: random.pick(["Allow", "Deny"]) },
      }),
      ...(type === "Validating" && {
        validationActions: random.chance(0.85) ? ["Deny"] : random.pick([["Warn"], ["Audit"], ["Warn", "Audit"]]),
      }),
    },
  } as KubeObject;
}

/**
 * Which of the scheduler's requests a policy or a webhook in force wants to be asked about. Rules and selectors are
 * evaluated; what cannot be known before the request is made, such as conditions, is presumed to hold.
 */
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from "../../../api/generated/admissionregistration.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { POLICIES, WEBHOOKS } from "../../../api/resources/admissionregistration/admission-rules.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { type Criteria, criteriaOf, kindOf, type Labels, mayMeet, meets } from "./admission-criteria.ts";
import type { SchedulerRequest } from "./scheduler-request.ts";

/** A webhook, or a policy with one of its bindings: asked about requests that meet all its criteria. */
type Asker = readonly Criteria[];

/** The objects of one resource. */
type ObjectsOf = <T extends KubeObject>(resource: GroupResource) => readonly Stored<T>[];

export class RulesInForce {
  readonly #namespaceLabels: (namespace: string) => Labels | undefined;
  readonly #objects = new Map<GroupResource, Map<string, Stored<KubeObject>>>();
  #askers: readonly Asker[] | undefined;
  /** Those that may ask about requests of a kind, by resource, subresource and verb. */
  readonly #byKind = new Map<string, readonly Asker[]>();

  /** Given the labels of each namespace that is known. */
  constructor(namespaceLabels: (namespace: string) => Labels | undefined) {
    this.#namespaceLabels = namespaceLabels;
  }

  get isEmpty(): boolean {
    return this.#all().length === 0;
  }

  /** The configuration, policy or binding as it is; undefined: it was deleted. */
  set(resource: GroupResource, name: string, object: Stored<KubeObject> | undefined): void {
    const known = this.#objects.get(resource) ?? new Map<string, Stored<KubeObject>>();
    this.#objects.set(resource, known);
    if (object) known.set(name, object);
    else known.delete(name);
    this.#askers = undefined;
    this.#byKind.clear();
  }

  /** Whether somebody may want to be asked about one of the requests. */
  mayAskAbout(requests: readonly SchedulerRequest[]): boolean {
    return requests.some((each) => this.#mayAsk(each));
  }

  #mayAsk(request: SchedulerRequest): boolean {
    const askers = this.#askersAbout(request);
    if (askers.length === 0) return false;
    const labels = this.#namespaceLabels(request.namespace);
    return askers.some((each) => each.every((criteria) => meets(criteria, request, labels)));
  }

  #askersAbout(request: SchedulerRequest): readonly Asker[] {
    const key = `${request.verb} ${request.resource}/${request.subresource}`;
    const known = this.#byKind.get(key);
    if (known) return known;
    const kind = kindOf(request);
    const askers = this.#all().filter((each) => each.every((criteria) => mayMeet(criteria, kind)));
    this.#byKind.set(key, askers);
    return askers;
  }

  #all(): readonly Asker[] {
    const objectsOf: ObjectsOf = <T extends KubeObject>(resource: GroupResource) =>
      [...(this.#objects.get(resource)?.values() ?? [])] as Stored<T>[];
    this.#askers ??= [...webhooksOf(objectsOf), ...boundPoliciesOf(objectsOf)];
    return this.#askers;
  }
}

const webhooksOf = (objectsOf: ObjectsOf): Asker[] =>
  WEBHOOKS.flatMap((resource) => objectsOf<ValidatingWebhookConfiguration>(resource)).flatMap(({ webhooks = [] }) =>
    webhooks.flatMap(({ rules = [], ...selectors }) =>
      rules.length === 0 ? [] : [[criteriaOf({ ...selectors, resourceRules: rules })]],
    ),
  );

/** Mutating policies and their bindings have the same fields. */
const boundPoliciesOf = (objectsOf: ObjectsOf): Asker[] =>
  Object.entries(POLICIES).flatMap(([resource, bindings]) => {
    const policies = new Map(objectsOf<ValidatingAdmissionPolicy>(resource).map((each) => [each.metadata.name, each]));
    return objectsOf<ValidatingAdmissionPolicyBinding>(bindings).flatMap(({ spec }) => {
      const policy = policies.get(spec.policyName);
      return policy ? [[policy.spec.matchConstraints ?? {}, spec.matchResources ?? {}].map(criteriaOf)] : [];
    });
  });

/**
 * Which of the scheduler's requests a policy or a webhook in force may want to be asked about. Only rules are looked
 * at: selectors and conditions are evaluated when the request is made.
 */
import type {
  MutatingAdmissionPolicy,
  RuleWithOperations,
  ValidatingAdmissionPolicy,
  ValidatingWebhookConfiguration,
} from "../../../api/generated/admissionregistration.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { namesResource } from "../../../api/resources/admissionregistration/rule-resources.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import type { SchedulerRequest } from "./scheduler-request.ts";

const WEBHOOKS: readonly GroupResource[] = [
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
];
const POLICIES: readonly GroupResource[] = [
  "mutatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
];

export const ADMISSION_RESOURCES: readonly GroupResource[] = [...WEBHOOKS, ...POLICIES];

const EVENT_GROUPS: readonly string[] = ["", "events.k8s.io"];

export class AdmissionRules {
  readonly #rules = new Map<string, readonly RuleWithOperations[]>();
  /** By resource, subresource and operation. */
  readonly #answers = new Map<string, boolean>();

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  /** The configuration as it is; undefined: it was deleted. */
  set(resource: GroupResource, name: string, object: Stored<KubeObject> | undefined): void {
    const key = `${resource} ${name}`;
    this.#answers.clear();
    if (object) this.#rules.set(key, rulesOf(resource, object));
    else this.#rules.delete(key);
  }

  /** Whether somebody may want to be asked about one of the requests. */
  mayAskAbout(requests: readonly SchedulerRequest[]): boolean {
    return requests.some((each) => this.#mayAsk(each));
  }

  #mayAsk(request: SchedulerRequest): boolean {
    const { verb, resource, subresource = "" } = request;
    const key = `${verb} ${resource}/${subresource}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = [...this.#rules.values()].some((rules) => rules.some((rule) => mayMatch(rule, request)));
    this.#answers.set(key, answer);
    return answer;
  }
}

function rulesOf(resource: GroupResource, object: Stored<KubeObject>): readonly RuleWithOperations[] {
  if (WEBHOOKS.includes(resource))
    return ((object as Stored<ValidatingWebhookConfiguration>).webhooks ?? []).flatMap(({ rules }) => rules ?? []);
  const { spec } = object as Stored<ValidatingAdmissionPolicy | MutatingAdmissionPolicy>;
  return spec.matchConstraints?.resourceRules ?? [];
}

function mayMatch(
  { operations = [], apiGroups = [], resources }: RuleWithOperations,
  { verb, resource, subresource = "" }: SchedulerRequest,
): boolean {
  const operation = verb === "create" ? "CREATE" : "UPDATE";
  const [plural = "", ...group] = resource.split(".");
  // Rules for events of one group match those of the other.
  const groups = plural === "events" ? EVENT_GROUPS : [group.join(".")];
  return (
    operations.some((each) => each === "*" || each === operation) &&
    apiGroups.some((each) => each === "*" || groups.includes(each)) &&
    namesResource(resources, { plural, subresource })
  );
}

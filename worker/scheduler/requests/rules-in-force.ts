/**
 * Which of the scheduler's requests a policy or a webhook in force may want to be asked about. Only rules are looked
 * at: selectors and conditions are evaluated when the request is made.
 */
import type { RuleWithOperations } from "../../../api/generated/admissionregistration.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { admissionRulesOf, mayMatch } from "../../../api/resources/admissionregistration/admission-rules.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import type { SchedulerRequest } from "./scheduler-request.ts";

const EVENT_GROUPS: readonly string[] = ["", "events.k8s.io"];

export class RulesInForce {
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
    if (object) this.#rules.set(key, admissionRulesOf(resource, object));
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
    const [plural = "", ...group] = resource.split(".");
    const asked = {
      operation: verb === "create" ? "CREATE" : "UPDATE",
      // Rules for events of one group match those of the other.
      groups: plural === "events" ? EVENT_GROUPS : [group.join(".")],
      plural,
      subresource,
    };
    const answer = [...this.#rules.values()].some((rules) => rules.some((rule) => mayMatch(rule, asked)));
    this.#answers.set(key, answer);
    return answer;
  }
}

import { EVENTS } from "../../worker/scheduler/events/event-write.ts";
import type { RulesInForce } from "../../worker/scheduler/requests/rules-in-force.ts";
import type { SchedulerRequest } from "../../worker/scheduler/requests/scheduler-request.ts";
import type { Planned } from "./planned.ts";

interface SplitPlans {
  /** Nobody has to be asked about these. */
  readonly direct: readonly Planned[];
  /** Some policy or webhook may want to be asked about these. */
  readonly asked: readonly Planned[];
}

/** Rules that only concern events hold up no pod: its events are sent once it is written. */
export function splitPlans(plans: readonly Planned[], admission: RulesInForce | undefined): SplitPlans {
  if (!admission || admission.isEmpty) return { direct: plans, asked: [] };
  const direct: Planned[] = [];
  const asked: Planned[] = [];
  for (const plan of plans) {
    const requests = plan.requests();
    const events = requests.filter(isOfEvent);
    const writes = plan.writes.filter(({ key }) => key.resource !== EVENTS);
    if (admission.mayAskAbout(requests.filter((each) => !isOfEvent(each)))) asked.push(plan);
    else if (events.length === 0 || !admission.mayAskAbout(events)) direct.push(plan);
    else if (writes.length > 0) direct.push({ ...plan, writes, events });
    else asked.push(plan);
  }
  return { direct, asked };
}

const isOfEvent = ({ resource }: SchedulerRequest): boolean => resource.startsWith("events.");

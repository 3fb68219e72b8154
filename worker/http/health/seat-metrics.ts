/** What priority levels have and use in this isolate, with kube-apiserver's names (apiserver/pkg/util/flowcontrol/metrics). */
import { counter, type Family, gauge, type Line } from "../../../api/metrics/exposition.ts";
import { type PriorityLevel, priorityLevels } from "../../fairness/priority-levels.ts";
import type { Seats } from "../../fairness/seats.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";

export function seatMetrics(policy: PolicySnapshot, seats: Seats): Family[] {
  const levels = [...policy.derive(priorityLevels).values()];
  const usages = [...seats.usages()];
  const limits = (of: (level: PriorityLevel) => number) => levels.map((level) => line(level, of(level)));
  const used = (of: (usage: (typeof usages)[number]) => number) => usages.map((usage) => line(usage.level, of(usage)));
  return [
    gauge(
      "apiserver_flowcontrol_nominal_limit_seats",
      "The share of a priority level.",
      limits((each) => each.nominal),
    ),
    gauge(
      "apiserver_flowcontrol_lower_limit_seats",
      "What it does not lend of that.",
      limits((each) => each.kept),
    ),
    gauge(
      "apiserver_flowcontrol_upper_limit_seats",
      "The share, with what it may borrow.",
      limits((each) => each.most),
    ),
    gauge(
      "apiserver_flowcontrol_current_executing_seats",
      "Seats of what is being served.",
      used((each) => each.taken),
    ),
    gauge(
      "apiserver_flowcontrol_current_inqueue_requests",
      "Requests that wait for seats.",
      used((each) => each.waiting),
    ),
    counter(
      "apiserver_flowcontrol_rejected_requests_total",
      "Requests that got none.",
      used((each) => each.refused),
    ),
  ];
}

const line = ({ name }: PriorityLevel, value: number): Line => [{ priority_level: name }, value];

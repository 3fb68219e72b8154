/**
 * How many requests each priority level may have under way (apiserver/pkg/util/flowcontrol, rule FAIR-LEVEL). What is
 * limited are seats: a request for one object takes one.
 */
import type { PriorityLevelConfiguration } from "../../api/generated/flowcontrol.v1.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";

/** The seats of an isolate, of which levels have shares. */
const SEATS = 300;

/** A level that is limited; others are not listed. */
export interface PriorityLevel {
  readonly name: string;
  /** Its share. */
  readonly nominal: number;
  /** The part of it that is never lent to others. */
  readonly kept: number;
  /** Its share, with all that it may borrow. */
  readonly most: number;
  /** How many requests may wait for a seat: of one flow, and in all. */
  readonly maxWaitingOfFlow: number;
  readonly maxWaiting: number;
}

export type PriorityLevels = ReadonlyMap<string, PriorityLevel>;

export function priorityLevels(policy: PolicySnapshot): PriorityLevels {
  const configurations = policy.list("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io");
  const shares = configurations.reduce((sum, { spec }) => sum + sharesOf(spec), 0);
  return new Map(
    configurations
      .filter(({ spec }) => spec.type === "Limited")
      .map(({ metadata, spec }) => [metadata.name, limitedLevel(metadata.name, spec, shares)]),
  );
}

type Spec = PriorityLevelConfiguration["spec"];

/** What is stored has the API's defaults. */
const sharesOf = ({ limited, exempt }: Spec): number => (limited ?? exempt)?.nominalConcurrencyShares ?? 0;

function limitedLevel(name: string, spec: Spec, allShares: number): PriorityLevel {
  const { lendablePercent = 0, borrowingLimitPercent, limitResponse } = spec.limited ?? {};
  const nominal = allShares === 0 ? 0 : Math.ceil((SEATS * sharesOf(spec)) / allShares);
  const part = (percent: number) => Math.round((nominal * percent) / 100);
  const queuing = limitResponse?.type === "Queue" ? limitResponse.queuing : undefined;
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing ?? {};
  return {
    name,
    nominal,
    kept: nominal - part(lendablePercent),
    most: nominal + (borrowingLimitPercent === undefined ? SEATS : part(borrowingLimitPercent)),
    // Kubernetes deals each flow a hand of queues. Here it has a line of its own, as long as all queues of the hand.
    maxWaitingOfFlow: handSize * queueLengthLimit,
    maxWaiting: queues * queueLengthLimit,
  };
}

/** Which of the pods waiting for a resize comes first when room becomes available: the kubelet's order. Pure. */

import type { Pod } from "../../../api/generated/core.v1.ts";
import { podAmounts } from "../../pod-spec/pod-amounts.ts";
import { qosOf } from "../../pod-spec/qos.ts";
import type { WaitingForRoom } from "../allocation.ts";
import { whyNoRoom } from "../allocation.ts";

const uidOf = ({ requested }: WaitingForRoom): string => requested.metadata.uid ?? "";

function requestsMore({ requested, given }: WaitingForRoom): boolean {
  const has = podAmounts(given, "requests");
  return [...podAmounts(requested, "requests")].some(([resource, amount]) => amount > (has.get(resource) ?? 0n));
}

/** Sort keys in order of precedence; larger values come first. */
const RANKS: readonly ((waiting: WaitingForRoom) => number)[] = [
  (waiting) => (requestsMore(waiting) ? 0 : 1),
  ({ requested }) => requested.spec.priority ?? 0,
  ({ requested }) => (qosOf(requested) === "Guaranteed" ? 1 : 0),
  ({ since }) => -since,
];

const inTurn = (a: WaitingForRoom, b: WaitingForRoom): number => {
  for (const rank of RANKS) if (rank(a) !== rank(b)) return rank(b) - rank(a);
  return 0;
};

/**
 * The other pods when it is a pod's turn: those that come before it have been allocated what they request, if it fits.
 */
export function othersAtTurn(
  mine: WaitingForRoom,
  {
    waiting,
    others,
    allocatable,
  }: {
    readonly waiting: readonly WaitingForRoom[];
    readonly others: readonly Pod[];
    readonly allocatable: Readonly<Record<string, string | number>>;
  },
): readonly Pod[] {
  const before = waiting.filter((one) => uidOf(one) !== uidOf(mine) && inTurn(one, mine) < 0).sort(inTurn);
  return before.reduce<readonly Pod[]>((now, one) => {
    const rest = now.filter(({ metadata }) => metadata.uid !== uidOf(one));
    const fits = whyNoRoom(one.requested, allocatable, [...rest, mine.given]) === undefined;
    return fits ? [...rest, one.requested] : now;
  }, others);
}

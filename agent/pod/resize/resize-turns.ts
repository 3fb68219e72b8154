/** Which of the pods that wait to be given more comes first when room comes free: the kubelet's order. Pure. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import { qosOf } from "../qos.ts";
import { whyNoRoom } from "./allocation.ts";
import { podAmounts } from "./pod-amounts.ts";

export interface WaitingForRoom {
  readonly asked: Pod;
  /** The same with what it has been given. */
  readonly given: Pod;
  /** Since when it waits (ms). */
  readonly since: number;
}

const uidOf = ({ asked }: WaitingForRoom): string => asked.metadata.uid ?? "";

function asksForMore({ asked, given }: WaitingForRoom): boolean {
  const has = podAmounts(given, "requests");
  return [...podAmounts(asked, "requests")].some(([resource, amount]) => amount > (has.get(resource) ?? 0n));
}

/** Each says who comes first, where those before it do not; the larger does. */
const RANKS: readonly ((waiting: WaitingForRoom) => number)[] = [
  (waiting) => (asksForMore(waiting) ? 0 : 1),
  ({ asked }) => asked.spec.priority ?? 0,
  ({ asked }) => (qosOf(asked) === "Guaranteed" ? 1 : 0),
  ({ since }) => -since,
];

const inTurn = (a: WaitingForRoom, b: WaitingForRoom): number => {
  for (const rank of RANKS) if (rank(a) !== rank(b)) return rank(b) - rank(a);
  return 0;
};

/** The others as they are when it is a pod's turn: those that come before it have been given what they ask for, where that fits. */
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
    const fits = whyNoRoom(one.asked, allocatable, [...rest, mine.given]) === undefined;
    return fits ? [...rest, one.asked] : now;
  }, others);
}

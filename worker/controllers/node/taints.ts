/** The taints that follow from a node's conditions and cordon. */
import type { Node, Taint } from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";

const PREFIX = "node.kubernetes.io/";
export const NOT_READY = `${PREFIX}not-ready`;
export const UNREACHABLE = `${PREFIX}unreachable`;
const UNSCHEDULABLE = `${PREFIX}unschedulable`;

/** Condition and status to taint. */
const BY_CONDITION: readonly (readonly [type: string, status: string, key: string])[] = [
  ["Ready", "False", NOT_READY],
  ["Ready", "Unknown", UNREACHABLE],
  ["MemoryPressure", "True", `${PREFIX}memory-pressure`],
  ["DiskPressure", "True", `${PREFIX}disk-pressure`],
  ["NetworkUnavailable", "True", `${PREFIX}network-unavailable`],
  ["PIDPressure", "True", `${PREFIX}pid-pressure`],
];
const OWN_KEYS = new Set([...BY_CONDITION.map(([, , key]) => key), UNSCHEDULABLE]);

/** Taints that evict: the node is not ready, or unreachable. */
const EVICTING = new Set([NOT_READY, UNREACHABLE]);

/** The taint by which a lost node evicts its pods, if it does. */
export const evictingTaint = ({ spec }: Node): Taint | undefined =>
  spec.taints?.find(({ key, effect }) => EVICTING.has(key) && effect === "NoExecute");

/** An administrator vouches that the machine is off: its pods will never report their end, nor release anything. */
export const isOutOfService = ({ spec }: Node): boolean =>
  (spec.taints ?? []).some(({ key }) => key === `${PREFIX}out-of-service`);

const id = ({ key, effect }: Taint) => `${key} ${effect}`;

/**
 * The taints that a node should have: those of others unchanged, ours by its conditions. Existing taints keep their
 * time. A node that is not `evicting` keeps its pods even if it is lost.
 */
export function taintsOf(node: Node, { now, evicting }: { now: number; evicting: boolean }): Taint[] {
  const current = node.spec.taints ?? [];
  // In the order of the node's conditions.
  const due: Taint[] = (node.status.conditions ?? []).flatMap((condition) => {
    const found = BY_CONDITION.find(([type, status]) => type === condition.type && status === condition.status);
    return found ? [{ key: found[2], effect: "NoSchedule" }] : [];
  });
  if (node.spec.unschedulable) due.push({ key: UNSCHEDULABLE, effect: "NoSchedule" });
  for (const { key } of [...due]) if (EVICTING.has(key) && evicting) due.push({ key, effect: "NoExecute" });
  const isOurs = ({ key, effect }: Taint) =>
    (OWN_KEYS.has(key) && effect === "NoSchedule") || (EVICTING.has(key) && effect === "NoExecute");
  const wanted = new Map(due.map((taint) => [id(taint), taint]));
  const kept = current.filter((taint) => !isOurs(taint) || wanted.has(id(taint)));
  const have = new Set(kept.map(id));
  const added = due.filter((taint) => !have.has(id(taint))).map((taint) => ({ ...taint, timeAdded: timestamp(now) }));
  return [...kept, ...added];
}

/** The thresholds of resource pressure: the kubelet's eviction signals and conditions, and when they are met. Pure. */
import { formatQuantity } from "../../api/machinery/quantity.ts";

export type Signal =
  | "memory.available"
  | "nodefs.available"
  | "nodefs.inodesFree"
  | "imagefs.available"
  | "imagefs.inodesFree"
  | "pid.available";
export type Pressure = "MemoryPressure" | "DiskPressure" | "PIDPressure";

export interface Amount {
  readonly available: number;
  readonly capacity: number;
}
/** Measurements; a signal that the machine lacks is absent. */
export type Signals = ReadonlyMap<Signal, Amount>;

/** An amount, or a fraction of the capacity. */
export type Bound = { readonly amount: number } | { readonly share: number };

export interface Threshold {
  readonly signal: Signal;
  readonly below: Bound;
  /** For how long it must be met before pods are evicted (ms): 0 for a hard threshold. */
  readonly graceMs: number;
  /** Once pods are evicted, so much more than the threshold must be available for it to end. */
  readonly minReclaim?: Bound;
}

export const PRESSURE_OF: Readonly<Record<Signal, Pressure>> = {
  "memory.available": "MemoryPressure",
  "nodefs.available": "DiskPressure",
  "nodefs.inodesFree": "DiskPressure",
  "imagefs.available": "DiskPressure",
  "imagefs.inodesFree": "DiskPressure",
  "pid.available": "PIDPressure",
};

/** What messages say is low. */
export const RESOURCE_OF: Readonly<Record<Signal, string>> = {
  "memory.available": "memory",
  "nodefs.available": "ephemeral-storage",
  "nodefs.inodesFree": "inodes",
  "imagefs.available": "ephemeral-storage",
  "imagefs.inodesFree": "inodes",
  "pid.available": "pids",
};

const boundOf = (bound: Bound, { capacity }: Amount): number =>
  "amount" in bound ? bound.amount : bound.share * capacity;

export const limitOf = ({ below }: Threshold, amount: Amount): number => boundOf(below, amount);

export interface Shortage {
  readonly threshold: Threshold;
  readonly available: number;
  readonly limit: number;
}

/** The thresholds that are met; `reclaiming` ones are until their `minReclaim` is available, too. */
export function shortages(
  thresholds: readonly Threshold[],
  signals: Signals,
  reclaiming: ReadonlySet<Threshold> = new Set(),
): Shortage[] {
  return thresholds.flatMap((threshold) => {
    const amount = signals.get(threshold.signal);
    if (amount === undefined) return [];
    const limit = limitOf(threshold, amount);
    const more = threshold.minReclaim && reclaiming.has(threshold) ? boundOf(threshold.minReclaim, amount) : 0;
    return amount.available < limit + more ? [{ threshold, available: amount.available, limit }] : [];
  });
}

/** What was found in a round, which the next one starts from. */
export interface Pressed {
  /** When each threshold that is met was first found to be (ms). */
  readonly since: ReadonlyMap<Threshold, number>;
  /** All that are met: they make the node's conditions. */
  readonly short: readonly Shortage[];
  /** Those whose grace period is over, which pods are evicted for: memory first. */
  readonly due: readonly Shortage[];
}

export const NOT_PRESSED: Pressed = { since: new Map(), short: [], due: [] };

export function pressedNow(
  thresholds: readonly Threshold[],
  signals: Signals,
  { before, now }: { readonly before: Pressed; readonly now: number },
): Pressed {
  const short = shortages(thresholds, signals, new Set(before.due.map(({ threshold }) => threshold)));
  const since = new Map(short.map(({ threshold }) => [threshold, before.since.get(threshold) ?? now]));
  const due = short.filter(({ threshold }) => now - (since.get(threshold) ?? now) >= threshold.graceMs);
  const isMemory = ({ threshold }: Shortage) => Number(threshold.signal === "memory.available");
  return { since, short, due: due.toSorted((a, b) => isMemory(b) - isMemory(a)) };
}

/** Amounts as the kubelet prints them: `100Mi`, `51200Ki`. */
export const printAmount = (amount: number): string =>
  formatQuantity({ nanos: BigInt(Math.floor(amount)) * 1_000_000_000n, format: "BinarySI" });

/** When each pressure was last seen (ms). */
export type Seen = ReadonlyMap<Pressure, number>;

export const seenNow = (seen: Seen, short: readonly Shortage[], now: number): Seen =>
  new Map([...seen, ...short.map(({ threshold }) => [PRESSURE_OF[threshold.signal], now] as const)]);

/** Pressure is reported for `lastsMs` longer than it lasts, so that a node does not flap. */
export const pressuresAt = (
  seen: Seen,
  { now, lastsMs }: { readonly now: number; readonly lastsMs: number },
): ReadonlySet<Pressure> => new Set([...seen].filter(([, at]) => now - at < lastsMs).map(([pressure]) => pressure));

/** The thresholds of resource pressure: the kubelet's eviction signals, defaults and conditions. Pure. */
import { formatQuantity, parseQuantity } from "../../api/machinery/quantity.ts";

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

export interface Threshold {
  readonly signal: Signal;
  /** An amount, or a fraction of the capacity. */
  readonly below: { readonly amount: number } | { readonly share: number };
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

export const DEFAULT_THRESHOLDS =
  "memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%,imagefs.available<15%,imagefs.inodesFree<5%";

/** Parses the kubelet's --eviction-hard. Fails with what is wrong. */
export function parseThresholds(text: string): Threshold[] {
  return text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [signal = "", value = ""] = part.trim().split("<");
      if (!(signal in PRESSURE_OF))
        throw new Error(`"${signal}" is not an eviction signal: ${Object.keys(PRESSURE_OF).join(", ")}`);
      return { signal: signal as Signal, below: parseBelow(value) };
    });
}

function parseBelow(value: string): Threshold["below"] {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { share: Number(percent) / 100 };
  const quantity = parseQuantity(value);
  if (percent !== undefined || value === "" || typeof quantity === "string")
    throw new Error(`"${value}" is neither an amount, such as 100Mi, nor a share, such as 10%`);
  return { amount: Number(quantity.nanos / 1_000_000_000n) };
}

export const limitOf = ({ below }: Threshold, { capacity }: Amount): number =>
  "amount" in below ? below.amount : below.share * capacity;

export interface Shortage {
  readonly threshold: Threshold;
  readonly available: number;
  readonly limit: number;
}

export function shortages(thresholds: readonly Threshold[], signals: Signals): Shortage[] {
  return thresholds.flatMap((threshold) => {
    const amount = signals.get(threshold.signal);
    if (amount === undefined) return [];
    const limit = limitOf(threshold, amount);
    return amount.available < limit ? [{ threshold, available: amount.available, limit }] : [];
  });
}

/** Amounts as the kubelet prints them: `100Mi`, `51200Ki`. */
export const printAmount = (amount: number): string =>
  formatQuantity({ nanos: BigInt(Math.floor(amount)) * 1_000_000_000n, format: "BinarySI" });

/** Pressure is reported for this much longer than it lasts, so that a node does not flap. */
export const PRESSURE_LASTS_MS = 300_000;

/** When each pressure was last seen (ms). */
export type Seen = ReadonlyMap<Pressure, number>;

export const seenNow = (seen: Seen, short: readonly Shortage[], now: number): Seen =>
  new Map([...seen, ...short.map(({ threshold }) => [PRESSURE_OF[threshold.signal], now] as const)]);

export const pressuresAt = (seen: Seen, now: number): ReadonlySet<Pressure> =>
  new Set([...seen].filter(([, at]) => now - at < PRESSURE_LASTS_MS).map(([pressure]) => pressure));

/** The settings of evictions, by the kubelet's names and in its formats. Pure. */
import { parseQuantity } from "../../api/machinery/quantity.ts";
import { durationProblem, parseDuration } from "../../api/machinery/time/duration.ts";
import type { NodeSettings } from "../../api/node/node-settings.ts";
import { type Bound, PRESSURE_OF, type Signal, type Threshold } from "./thresholds.ts";

export const DEFAULT_EVICTION_HARD =
  "memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%,imagefs.available<15%,imagefs.inodesFree<5%";

const PRESSURE_TRANSITION_MS = 300_000;

export type EvictionSettings = Pick<
  NodeSettings,
  | "evictionHard"
  | "evictionSoft"
  | "evictionSoftGracePeriod"
  | "evictionMinimumReclaim"
  | "evictionMaxPodGracePeriod"
  | "evictionPressureTransitionPeriod"
>;

export interface EvictionRules {
  readonly thresholds: readonly Threshold[];
  /** The most that a pod gets to end for a soft threshold (s); 0: its own grace period. */
  readonly maxPodGraceSeconds: number;
  /** For how much longer than it lasts pressure is reported (ms). */
  readonly pressureLastsMs: number;
}

/** Fails with what is wrong. */
export function evictionRules(settings: EvictionSettings): EvictionRules {
  const graces = bySignal(settings.evictionSoftGracePeriod, "=", parseMs);
  const reclaims = bySignal(settings.evictionMinimumReclaim, "=", parseBound);
  const hard = bySignal(settings.evictionHard ?? DEFAULT_EVICTION_HARD, "<", parseBound);
  const soft = bySignal(settings.evictionSoft, "<", parseBound);
  const graceOf = (signal: Signal): number => {
    const graceMs = graces.get(signal);
    if (graceMs === undefined)
      throw new Error(`grace period must be specified for the soft eviction threshold ${signal}`);
    return graceMs;
  };
  const threshold = (signal: Signal, below: Bound, graceMs: number): Threshold => {
    const minReclaim = reclaims.get(signal);
    return { signal, below, graceMs, ...(minReclaim && { minReclaim }) };
  };
  return {
    thresholds: [
      ...[...hard].map(([signal, below]) => threshold(signal, below, 0)),
      ...[...soft].map(([signal, below]) => threshold(signal, below, graceOf(signal))),
    ],
    maxPodGraceSeconds: settings.evictionMaxPodGracePeriod ?? 0,
    pressureLastsMs:
      settings.evictionPressureTransitionPeriod === undefined
        ? PRESSURE_TRANSITION_MS
        : parseMs(settings.evictionPressureTransitionPeriod),
  };
}

/** `memory.available<100Mi,nodefs.available<10%`, or with another sign between. */
function bySignal<T>(text: string | undefined, sign: "<" | "=", parse: (value: string) => T): ReadonlyMap<Signal, T> {
  const parts = (text ?? "").split(",").filter((part) => part.trim() !== "");
  return new Map(
    parts.map((part) => {
      const [signal = "", value = ""] = part.trim().split(sign);
      if (!(signal in PRESSURE_OF))
        throw new Error(`"${signal}" is not an eviction signal: ${Object.keys(PRESSURE_OF).join(", ")}`);
      return [signal as Signal, parse(value)];
    }),
  );
}

function parseBound(value: string): Bound {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { share: Number(percent) / 100 };
  const quantity = parseQuantity(value);
  if (percent !== undefined || value === "" || typeof quantity === "string")
    throw new Error(`"${value}" is neither an amount, such as 100Mi, nor a share, such as 10%`);
  return { amount: Number(quantity.nanos / 1_000_000_000n) };
}

function parseMs(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new Error(durationProblem(value));
  if (ms < 0) throw new Error(`"${value}" must not be negative`);
  return ms;
}

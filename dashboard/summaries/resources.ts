/** Quantities as floating-point numbers, for charts. */
import type { PodSpec } from "../../api/generated/core.v1.ts";
import { parseQuantity, type QuantityText } from "../../api/machinery/quantity.ts";
import { aggregateRequests } from "../../api/resources/core/pod/resources/pod-requests.ts";

export type Resources = Readonly<Record<string, QuantityText>> | undefined;

/** Cores. */
export const cpuOf = (resources: Resources): number => numberOf(resources?.cpu);
/** Bytes. */
export const memoryOf = (resources: Resources): number => numberOf(resources?.memory);
export const podsOf = (resources: Resources): number => numberOf(resources?.pods);

function numberOf(quantity: QuantityText | undefined): number {
  if (quantity === undefined) return 0;
  const parsed = parseQuantity(quantity);
  return typeof parsed === "string" ? 0 : Number(parsed.nanos) / 1e9;
}

/** What the pod as a whole requests, if it says so, or else its containers, and its overhead on top. */
export function requestsOf({ resources, overhead, ...spec }: PodSpec): {
  readonly cpu: number;
  readonly memory: number;
} {
  const summed = aggregateRequests(spec);
  const requested = (name: "cpu" | "memory") => {
    const own = resources?.requests?.[name];
    const needed = own === undefined ? Number(summed[name]?.nanos ?? 0n) / 1e9 : numberOf(own);
    return needed + numberOf(overhead?.[name]);
  };
  return { cpu: requested("cpu"), memory: requested("memory") };
}

export function renderCpu(cores: number): string {
  if (cores > 0 && cores < 0.001) return "<1m";
  return cores < 1 && cores > 0 ? `${Math.round(cores * 1000)}m` : String(Math.round(cores * 10) / 10);
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function renderBytes(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${value >= 10 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${UNITS[unit]}`;
}

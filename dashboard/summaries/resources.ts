/** Quantities as floating-point numbers, for charts. */
import { parseQuantity, type QuantityText } from "../../api/machinery/quantity.ts";

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

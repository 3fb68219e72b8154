/** Whether a demand fits into a quota, and the quota's status afterwards (apiserver's resourcequota controller). */
import type { ResourceQuota } from "../../../../api/generated/core.v1.ts";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  quantityOf,
} from "../../../../api/machinery/quantity.ts";
import type { Amounts } from "../../../controllers/quota/pod-usage.ts";

export type Charged = { readonly ok: true; readonly used: Amounts } | { readonly ok: false; readonly why: string };

export function charge({ metadata, status }: ResourceQuota, demand: Amounts): Charged {
  const hard = (status.hard ?? {}) as Amounts;
  const used = { ...((status.used ?? {}) as Amounts) };
  const limited = Object.keys(demand)
    .filter((name) => hard[name] !== undefined)
    .sort();
  const exceeded: string[] = [];
  for (const name of limited) {
    const total = formatQuantity(addQuantities(quantityOf(used[name] ?? "0"), quantityOf(demand[name])));
    if (compareQuantities(total, hard[name]) > 0) exceeded.push(name);
    used[name] = total;
  }
  if (exceeded.length === 0) return { ok: true, used };
  const show = (amounts: Amounts) =>
    exceeded.map((name) => `${name}=${canonicalQuantity(amounts[name] ?? "0")}`).join(",");
  const before = (status.used ?? {}) as Amounts;
  const why = `requested: ${show(demand)}, used: ${show(before)}, limited: ${show(hard)}`;
  return { ok: false, why: `exceeded quota: ${metadata.name}, ${why}` };
}

/** By how much `next` exceeds `before`. A decrease is never refused; the quota controller recounts it. */
export function difference(next: Amounts, before: Amounts): Amounts {
  const more: Amounts = {};
  for (const [name, amount] of Object.entries(next)) {
    const { nanos, format } = quantityOf(before[name] ?? "0");
    const change = addQuantities(quantityOf(amount), { nanos: -nanos, format });
    if (change.nanos > 0n) more[name] = formatQuantity(change);
  }
  return more;
}

/**
 * What a request consumes of a device's capacities, by the device's own policy
 * (dynamic-resource-allocation/structured).
 */
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  CapacityRequirements,
  Device,
  DeviceCapacity,
} from "../../../api/generated/resource.v1.ts";
import { type Quantity, quantityOf } from "../../../api/machinery/quantity.ts";

/** By capacity. */
export type Consumption = ReadonlyMap<string, Quantity>;

/** Undefined if the device lacks such a capacity, does not offer such amounts, or has not enough left. */
export function consumptionOf(
  { capacity = {} }: Device,
  requested: CapacityRequirements | undefined,
  consumed: (name: string) => bigint,
): Consumption | undefined {
  const requests = requested?.requests ?? {};
  if (Object.keys(requests).some((name) => capacity[name] === undefined)) return undefined;
  const taken = new Map<string, Quantity>();
  for (const [name, offered] of Object.entries(capacity)) {
    const amount = amountOf(requests[name], offered);
    if (violates(amount, offered.requestPolicy)) return undefined;
    if (consumed(name) + amount.nanos > quantityOf(offered.value).nanos) return undefined;
    taken.set(name, amount);
  }
  return taken;
}

/** Without a request it is the default, or everything. */
function amountOf(requested: string | number | undefined, { value, requestPolicy }: DeviceCapacity): Quantity {
  if (requested === undefined) return quantityOf(requestPolicy?.default ?? value);
  const quantity = quantityOf(requested);
  if (requestPolicy?.validRange) return withinRange(quantity, requestPolicy.validRange);
  const enough = (requestPolicy?.validValues ?? []).map(quantityOf).find(({ nanos }) => nanos >= quantity.nanos);
  return enough ?? quantity;
}

/** At least the minimum, and from there on in steps. */
function withinRange(requested: Quantity, { min, step }: CapacityRequestPolicyRange): Quantity {
  const least = quantityOf(min);
  if (requested.nanos < least.nanos) return least;
  if (step === undefined) return requested;
  const { nanos: size } = quantityOf(step);
  if (size <= 0n) return requested;
  const steps = (requested.nanos - least.nanos + size - 1n) / size;
  return { nanos: least.nanos + steps * size, format: "BinarySI" };
}

function violates({ nanos }: Quantity, policy: CapacityRequestPolicy | undefined): boolean {
  if (!policy || (policy.default !== undefined && quantityOf(policy.default).nanos === nanos)) return false;
  const { validRange, validValues = [] } = policy;
  if (validRange) return validRange.max !== undefined && nanos > quantityOf(validRange.max).nanos;
  return validValues.length > 0 && !validValues.some((value) => quantityOf(value).nanos === nanos);
}

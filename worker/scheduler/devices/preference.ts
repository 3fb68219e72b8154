/** Scores how far claims got their preferred alternatives. */
import type { AllocationResult } from "../../../api/generated/resource.v1.ts";
import type { Demand } from "./allocate.ts";

/** The most alternatives per request. */
const MAX_ALTERNATIVES = 8;

/** The earlier the alternative in its request, the higher. */
export function preferenceOf({ spec }: Demand, allocation: AllocationResult | undefined): number {
  const got = new Set(allocation?.devices?.results?.map(({ request }) => request));
  let sum = 0;
  for (const { name, firstAvailable = [] } of spec.devices?.requests ?? [])
    firstAvailable.forEach((each, i) => {
      if (got.has(`${name}/${each.name}`)) sum += MAX_ALTERNATIVES - i;
    });
  return sum;
}

/** How much of what they would rather have claims got. */
import type { AllocationResult } from "../../../api/generated/resource.v1.ts";
import type { Demand } from "./allocate.ts";

/** Alternatives of a request at most. */
const MOST = 8;

/** The sooner the alternative stands in its request, the more. */
export function preferenceOf({ spec }: Demand, allocation: AllocationResult | undefined): number {
  const got = new Set(allocation?.devices?.results?.map(({ request }) => request));
  let sum = 0;
  for (const { name, firstAvailable = [] } of spec.devices?.requests ?? [])
    firstAvailable.forEach((each, i) => {
      if (got.has(`${name}/${each.name}`)) sum += MOST - i;
    });
  return sum;
}

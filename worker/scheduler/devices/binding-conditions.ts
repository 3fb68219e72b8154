/**
 * Devices that must be bound to their node before the pod is (DRADeviceBindingConditions): their driver reports when.
 */
import type {
  AllocationResult,
  DeviceRequestAllocationResult,
  ResourceClaim,
} from "../../../api/generated/resource.v1.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import type { Stored } from "../../../api/machinery/meta.ts";

/** kube-scheduler's timeout, from a claim's allocation. */
const BINDING_TIMEOUT_MS = 600_000;

export type Readiness =
  | { readonly kind: "ready" }
  /** Waits until then (ms). */
  | { readonly kind: "pending"; readonly until: number }
  /** Worded as in kube-scheduler. */
  | { readonly kind: "failed"; readonly why: string };

const READY: Readiness = { kind: "ready" };

export const mustBind = ({ devices }: AllocationResult): boolean =>
  devices?.results?.some(({ bindingConditions = [] }) => bindingConditions.length > 0) ?? false;

/** How long binding the claim's devices is waited for (ms). */
const bindingEnds = ({ allocationTimestamp }: AllocationResult): number =>
  allocationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(allocationTimestamp) + BINDING_TIMEOUT_MS;

/** For a claim with allocated devices. The first unbound device decides. */
export function readinessOf({ metadata: { name }, status }: Stored<ResourceClaim>, now: number): Readiness {
  const { allocation } = status;
  if (!allocation) return READY;
  for (const result of allocation.devices?.results ?? []) {
    const { bindingConditions = [], bindingFailureConditions = [] } = result;
    if (bindingConditions.length === 0) continue;
    const conditions = conditionsOf(status, result);
    const isTrue = (type: string) => conditions?.find((each) => each.type === type)?.status === "True";
    const failed = bindingFailureConditions.find(isTrue);
    if (failed !== undefined) {
      const { reason = "", message = "" } = conditions?.find(({ type }) => type === failed) ?? {};
      const why = `device binding failed: claim=${name}, reason=${reason}, message=${goQuote(message)}`;
      return { kind: "failed", why };
    }
    if (bindingConditions.every(isTrue)) continue;
    const until = bindingEnds(allocation);
    return until <= now ? { kind: "failed", why: `device binding timeout: claim=${name}` } : { kind: "pending", until };
  }
  return READY;
}

const conditionsOf = ({ devices = [] }: ResourceClaim["status"], result: DeviceRequestAllocationResult) =>
  devices.find(
    ({ driver, pool, device }) => driver === result.driver && pool === result.pool && device === result.device,
  )?.conditions;

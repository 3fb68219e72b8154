/** What all containers of a pod wait for: its volumes, and the dynamic resources that it claims. */
import { mkdirSync } from "node:fs";
import { errorMessage } from "../../../api/error-message.ts";
import { markedAsSeen } from "../../static-pods/mirror.ts";
import { steadyNow } from "../../steady-now.ts";
import { type PodRecord, RETRY_MS } from "../pod-record.ts";

/** How often a volume that is being attached is checked for. */
const PENDING_MS = 500;

/** The kubelet's. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 122_000;

/**
 * Returns whether all are there. Failures are reported, and retried with exponential back-off, or at once when an
 * object has changed.
 */
export async function prepareVolumes(record: PodRecord): Promise<boolean> {
  const { context, pod, volumeRetry, wake } = record;
  if (volumeRetry !== undefined && volumeRetry.at > steadyNow()) {
    wake.within(volumeRetry.at - steadyNow());
    return !volumeRetry.missing;
  }
  mkdirSync(record.directory, { recursive: true, mode: 0o750 });
  const { events, missing } = await record.volumes.prepare(markedAsSeen(pod, record.startTime), {
    objects: context.objects(pod.metadata.namespace ?? ""),
    addresses: record.addresses(),
    allocatable: context.allocatable(),
    now: steadyNow(),
  });
  for (const { type, reason, message } of events) record.recordEvent(undefined, type, reason, message);
  if (events.some(({ type }) => type === "Warning")) {
    const waitMs = Math.min((volumeRetry?.waitMs ?? FIRST_RETRY_MS / 2) * 2, MAX_RETRY_MS);
    record.volumeRetry = { waitMs, at: steadyNow() + waitMs, missing };
    wake.within(waitMs);
    return !missing;
  }
  record.volumeRetry = undefined;
  if (missing) wake.within(PENDING_MS);
  return !missing;
}

/** Returns whether they are ready. */
export async function prepareClaims(record: PodRecord): Promise<boolean> {
  const { spec, status } = record.pod;
  const hasClaims = (spec.resourceClaims?.length ?? 0) > 0 || status.extendedResourceClaimStatus !== undefined;
  if (record.terminating || !hasClaims) return true;
  try {
    await record.context.claims.prepare(record.pod);
    return true;
  } catch (error) {
    const why = `prepare dynamic resources: ${errorMessage(error)}`;
    const message = `Failed to prepare dynamic resources: ${why}`;
    record.recordEvent(undefined, "Warning", "FailedPrepareDynamicResources", message);
    record.wake.within(RETRY_MS);
    return false;
  }
}

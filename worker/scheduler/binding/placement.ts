/**
 * Turns a pod's placement into the writes of one commit: either they bind the pod, or they first make ready what it
 * needs on the node.
 */
import type { Write } from "../../../api/store/store.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Claim } from "../devices/allocate.ts";
import { readinessOf } from "../devices/binding-conditions.ts";
import { reserveClaim } from "../devices/claim-writes.ts";
import { extendedStatusOf } from "../devices/extended-claim.ts";
import { type DevicePlan, NO_DEVICES } from "../devices/pod-devices.ts";
import { type EventStamp, eventOf } from "../events/event.ts";
import { eventChange } from "../events/event-write.ts";
import { dynamicResources } from "../plugins/dynamic-resources.ts";
import { volumeBinding } from "../plugins/volume-binding.ts";
import { requestsOf, type SchedulerRequest, writesOf } from "../requests/scheduler-request.ts";
import { SELECTED_NODE } from "../volumes/pod-volumes.ts";
import type { VolumeChoice } from "../volumes/volume-choice.ts";
import { type Assumed, requestProvisioning, reserve } from "../volumes/volume-writes.ts";
import { bindingChanges, bindingPendingEvent, expectationChange, expectedOn } from "./writes.ts";

export interface Placement {
  readonly node: NodeInfo;
  readonly volumes: VolumeChoice;
  readonly devices: DevicePlan;
  /** The claim for `devices.extended`. */
  readonly made?: Claim;
}

export interface PlacementPlan {
  readonly writes: readonly Write[];
  /** The same as requests, which make ready what the pod needs before they bind it. */
  readonly requests: () => readonly SchedulerRequest[];
  /** Objects as they will be after the commit. */
  readonly assumed: readonly Assumed[];
  /** The plugins that must be satisfied before the pod is bound, and until when to wait for that (ms). */
  readonly awaits?: { readonly plugins: ReadonlySet<string>; readonly until?: number };
}

/** Undefined if the pod can no longer be bound. */
export function planPlacement(
  pod: PendingPod,
  placement: Placement,
  { newId, stamp }: { readonly newId: () => string; readonly stamp: EventStamp },
): PlacementPlan | undefined {
  const { name: node, labels } = placement.node;
  const { bind, provision } = placement.volumes;
  const { now } = stamp;
  const unasked = provision.filter(({ metadata }) => metadata.annotations?.[SELECTED_NODE] !== node);
  const volumes = [
    ...bind.map((each) => reserve(each, now)),
    ...unasked.map((claim) => requestProvisioning(claim, node, now)),
  ];
  // The pod holds its devices while it waits for its volumes.
  const { reservations, extended } = placement.devices;
  const { made } = placement;
  const all = extended && made ? [...reservations, { claim: made, allocation: extended.allocation }] : reservations;
  const devices = all.map((each) => reserveClaim(each, pod, { newId, now }));
  const assumed = [...volumes, ...devices];
  const status = extended && made ? { extended: extendedStatusOf(made, extended) } : {};
  // If binding may have to wait for claims, the expected node is first written into the pod.
  const isExpected = assumed.length > 0 || placement.devices !== NO_DEVICES || provision.length > 0;
  const expected = isExpected ? expectedOn(pod, { node, now, ...status }) : pod;
  const until = bindingDue(
    devices.map(({ after }) => after as Claim),
    now,
  );
  const plugins = new Set<string>();
  if (provision.length > 0) plugins.add(volumeBinding.name);
  if (until !== undefined) plugins.add(dynamicResources.name);
  const expectation = isExpected ? expectationChange(pod, expected) : undefined;
  const first = expectation ? [expectation] : [];
  if (plugins.size > 0) {
    const event = until !== undefined && eventChange("create", eventOf(bindingPendingEvent(pod, node), stamp));
    const last = event ? [event] : [];
    return {
      writes: writesOf([...first, ...last, ...assumed]),
      requests: requestsOf([...first, ...assumed, ...last]),
      assumed,
      awaits: { plugins, ...(until !== undefined && { until }) },
    };
  }
  const binding = bindingChanges(expected, { name: node, labels }, stamp);
  // The binding's write contains the expectation.
  return (
    binding && {
      writes: writesOf([...binding, ...assumed]),
      requests: requestsOf([...first, ...assumed, ...binding]),
      assumed,
    }
  );
}

/** When the first claim whose devices must be bound to the node times out. */
function bindingDue(claims: readonly Claim[], now: number): number | undefined {
  let due: number | undefined;
  for (const claim of claims) {
    const readiness = readinessOf(claim, now);
    if (readiness.kind === "pending") due = Math.min(due ?? readiness.until, readiness.until);
  }
  return due;
}

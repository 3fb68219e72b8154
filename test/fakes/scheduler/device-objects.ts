/** Devices and claims for tests of the scheduler, and a scheduler for pods that use them. */
import type { PodSpec } from "../../../api/generated/core.v1.ts";
import type {
  Device,
  DeviceClass,
  DeviceClassSpec,
  DeviceRequestAllocationResult,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceSlice,
  ResourceSliceSpec,
} from "../../../api/generated/resource.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { type Decision, schedule } from "../../../worker/scheduler/cycle.ts";
import { reserveClaim } from "../../../worker/scheduler/devices/claim-writes.ts";
import { SchedulerState } from "../../../worker/scheduler/state.ts";
import { pod as podOf } from "./scheduler-objects.ts";

const API = "resource.k8s.io/v1";
let revisions = 1000;
export const meta = (name: string, namespace?: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: String(++revisions),
  creationTimestamp: "2026-01-01T00:00:00Z",
  ...(namespace && { namespace }),
});

export const deviceClass = (name: string, spec: DeviceClassSpec = {}): Stored<DeviceClass> =>
  ({ apiVersion: API, kind: "DeviceClass", metadata: meta(name), spec }) as Stored<DeviceClass>;

export const slice = (
  name: string,
  devices: Device[],
  over: Partial<ResourceSliceSpec> = {},
): Stored<ResourceSlice> => {
  const pool = { name, generation: 1, resourceSliceCount: 1 };
  const spec = { driver: "gpu.example.com", pool, nodeName: name, devices, ...over };
  return { apiVersion: API, kind: "ResourceSlice", metadata: meta(`${name}-slice`), spec } as Stored<ResourceSlice>;
};

export const claim = (
  name: string,
  devices: ResourceClaimSpec["devices"],
  status: ResourceClaim["status"] = {},
): Stored<ResourceClaim> =>
  ({
    apiVersion: API,
    kind: "ResourceClaim",
    metadata: meta(name, "default"),
    spec: { devices },
    status,
  }) as Stored<ResourceClaim>;

export const exactly = (over: object = {}) => ({
  deviceClassName: "gpu",
  allocationMode: "ExactCount",
  count: 1,
  ...over,
});
export const one = (over: object = {}) => ({ requests: [{ name: "r", exactly: exactly(over) }] });

export const claimant = (name: string, ...claims: string[]) => {
  const resourceClaims: NonNullable<PodSpec["resourceClaims"]> = claims.map((each) => ({
    name: each,
    resourceClaimName: each,
  }));
  return podOf(name, { spec: { resourceClaims } });
};

const PLURALS: Readonly<Record<string, string>> = {
  DeviceClass: "deviceclasses.resource.k8s.io",
  ResourceSlice: "resourceslices.resource.k8s.io",
  ResourceClaim: "resourceclaims.resource.k8s.io",
};

/**
 * Schedules all pods, updating claims as they change; returns each pod's node, or why it has none, and the devices of
 * each claim.
 */
export function scheduled(...objects: Stored<KubeObject>[]) {
  const state = new SchedulerState();
  for (const object of objects)
    state.apply(PLURALS[object.kind] ?? `${object.kind.toLowerCase()}s`, object, { deleted: false, now: 0 });
  const told: Record<string, string> = {};
  const devices: Record<string, string[]> = {};
  const results: Record<string, readonly DeviceRequestAllocationResult[]> = {};
  let ids = 0;
  for (let next = state.queue.take(); next; next = state.queue.take()) {
    const decision = schedule(next, state.cluster, { random: () => 0, startAt: 0, now: 0 });
    told[next.name] = textOf(decision);
    if (decision.kind !== "place") continue;
    for (const reservation of decision.devices.reservations) {
      const { resource, after } = reserveClaim(reservation, next, { newId: () => `id-${++ids}`, now: 0 });
      state.cluster.setObject(resource, after);
      const { status, metadata } = after as Stored<ResourceClaim>;
      results[metadata.name] = status.allocation?.devices?.results ?? [];
      devices[metadata.name] = (results[metadata.name] ?? []).map(({ device }) => device);
    }
    state.cluster.assign({ ...next, nodeName: decision.node.name, pod: undefined });
  }
  return { told, devices, results, state };
}

const textOf = (decision: Decision) =>
  decision.kind === "place" ? decision.node.name : decision.kind === "wait" ? "waits" : decision.message;

export const useless = (text: string, nodes = 1) =>
  `0/${nodes} nodes are available: ${text}. still not schedulable, preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;

/** What a placement means for device claims: allocated and reserved for the pod, in the commit that binds it. */
import type { AllocationResult, ResourceClaim } from "../../../api/generated/resource.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { resourceClaim } from "../../../api/resources/resource/resource-claim.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import { withManagedFields } from "../managed-fields.ts";
import { type Change, type SchedulerRequest, sentBack } from "../requests/scheduler-request.ts";
import { type Assumed, assumedWrite } from "../volumes/volume-writes.ts";
import type { Claim } from "./allocate.ts";
import { UNIDENTIFIED } from "./allocation.ts";
import { DEVICE_CLAIMS } from "./device-use.ts";
import type { Reservation } from "./pod-devices.ts";

/** Keeps a claim from going before its allocation is returned. */
const FINALIZER = "resource.kubernetes.io/delete-protection";

export function reserveClaim(
  { claim, allocation }: Reservation,
  { name, uid }: PendingPod,
  { newId, now }: { readonly newId: () => string; readonly now: number },
): Assumed {
  const { finalizers = [] } = claim.metadata;
  const metadata =
    allocation && !finalizers.includes(FINALIZER)
      ? { ...claim.metadata, finalizers: [...finalizers, FINALIZER] }
      : claim.metadata;
  const reservedFor = [...(claim.status.reservedFor ?? []), { resource: "pods", name, uid }];
  const given = allocation ? identified(allocation, newId) : claim.status.allocation;
  const status: ResourceClaim["status"] = {
    ...claim.status,
    ...(given && { allocation: { ...given, allocationTimestamp: given.allocationTimestamp ?? timestamp(now) } }),
    reservedFor,
  };
  // Combines two writes of kube-scheduler's, of the object and of its status.
  const before: Claim = withManagedFields(
    { before: claim, after: { ...claim, metadata } },
    { kind: resourceClaim, subresource: "", now },
  );
  const after = withManagedFields(
    { before, after: { ...before, status } },
    { kind: resourceClaim, subresource: "status", now },
  );
  const requests = () => {
    const said = `${claim.metadata.namespace}/${claim.metadata.name}`;
    const what = allocation ? "allocation and reservation" : "reservation";
    const report = claimRequest(claim, {
      verb: "patch",
      subresource: "status",
      body: { metadata: { uid: claim.metadata.uid }, status: { allocation: status.allocation, reservedFor } },
      failure: (message) => failed(`add ${what} to claim ${said}: ${message}`),
    });
    if (metadata === claim.metadata) return [report];
    const held = claimRequest(claim, {
      verb: "update",
      body: sentBack({ ...claim, metadata }),
      failure: (message) => failed(`add finalizer to claim ${said}: ${message}`),
    });
    return [held, report];
  };
  return assumedWrite(DEVICE_CLAIMS, { kind: resourceClaim, before: claim, after, requests });
}

const failed = (why: string): string => `running PreBind plugin "DynamicResources": ${why}`;

const claimRequest = (
  { metadata: { namespace = "", name, labels } }: Claim,
  request: Pick<SchedulerRequest, "verb" | "subresource" | "body" | "failure">,
): SchedulerRequest => ({ resource: DEVICE_CLAIMS, namespace, name, labels, ...request });

/** Shares of one device are distinguished by ids. */
function identified({ devices, ...allocation }: AllocationResult, newId: () => string): AllocationResult {
  const results = devices?.results?.map((result) =>
    result.shareID === UNIDENTIFIED ? { ...result, shareID: newId() } : result,
  );
  return { ...allocation, devices: { ...devices, ...(results && { results }) } };
}

/** The claim without devices: nobody uses them, and the pod cannot run where they are. */
export function deallocate(claim: Claim, now: number): Change {
  const { allocation: _, reservedFor: __, devices: ___, ...status } = claim.status;
  return statusWrite(claim, status, now);
}

/** The claim without the pod's reservation. */
export function release(claim: Claim, { uid }: PendingPod, now: number): Change {
  const { reservedFor = [], ...status } = claim.status;
  const others = reservedFor.filter((each) => each.uid !== uid);
  return statusWrite(claim, { ...status, ...(others.length > 0 && { reservedFor: others }) }, now);
}

function statusWrite(before: Claim, status: ResourceClaim["status"], now: number): Change {
  const after = withManagedFields(
    { before, after: { ...before, status } },
    { kind: resourceClaim, subresource: "status", now },
  );
  const requests = () => [
    claimRequest(before, { verb: "update", subresource: "status", body: sentBack({ ...before, status }) }),
  ];
  return assumedWrite(DEVICE_CLAIMS, { kind: resourceClaim, before, after, requests });
}

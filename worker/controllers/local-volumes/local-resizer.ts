/** Grants requests for larger local volumes: the size of a directory is not limited anyway. */
import { compareQuantities } from "../../../api/machinery/quantity.ts";
import { LOCAL_PROVISIONER } from "../../../api/node/local-volumes.ts";
import { defineController, type EventRecord, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import type { Claim } from "../volume/volume-match.ts";
import { CLAIMS } from "../volume/waiting-claim.ts";
import { withEvent } from "../with-event.ts";
import { isLocal, VOLUMES } from "./volume-node.ts";

const requestedBy = ({ spec }: Claim) => spec.resources?.requests?.storage;
const requestsMore = (claim: Claim): boolean =>
  claim.status.phase === "Bound" && compareQuantities(requestedBy(claim), claim.status.capacity?.storage) > 0;

export const localVolumeResizer = defineController({
  name: "local-volume-resizer",
  component: LOCAL_PROVISIONER,
  reads: [CLAIMS, VOLUMES],
  writes: [CLAIMS, VOLUMES],
  itemsOf: ({ resource, object, deleted }) =>
    resource === CLAIMS && !deleted && requestsMore(object) ? [itemKey(object)] : [],
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const claim = snapshot.get(CLAIMS, namespace, name);
    if (!claim || !requestsMore(claim)) return settled;
    const volume = snapshot.get(VOLUMES, "", claim.spec.volumeName ?? "");
    if (!volume || !isLocal(volume) || volume.spec.claimRef?.uid !== claim.metadata.uid) return settled;
    const capacity = { storage: requestedBy(claim) ?? "" };
    const type = "application/merge-patch+json" as const;
    const patch = { metadata: { uid: volume.metadata.uid }, spec: { capacity } };
    const status = { metadata: { uid: claim.metadata.uid }, status: { capacity, allocatedResources: capacity } };
    const event = (reason: string, message: string): EventRecord => ({ about: claim, type: "Normal", reason, message });
    return {
      effects: [
        { op: "patch", resource: VOLUMES, namespace: "", name: volume.metadata.name, type, patch },
        ...withEvent(
          [{ op: "patch", resource: CLAIMS, namespace, name, subresource: "status", type, patch: status }],
          event("VolumeResizeSuccessful", "Resize volume succeeded"),
        ),
      ],
      events: [event("Resizing", `External resizer is resizing volume ${volume.metadata.name}`)],
    };
  },
});

/**
 * Deleting a pod of one's own, and the event about it (k8s.io/kubernetes pkg/controller,
 * PodControlInterface.DeletePod).
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { Effect } from "../controller.ts";

export const podRemoval = (
  about: Stored<KubeObject>,
  { metadata: { namespace = "", name, uid } }: Stored<Pod>,
): Effect => ({
  op: "delete",
  resource: "pods",
  namespace,
  name,
  uid,
  record: {
    about,
    success: { reason: "SuccessfulDelete", message: `Deleted pod: ${name}` },
    failure: { reason: "FailedDelete", message: "Error deleting: {message}" },
  },
});

/** Signs approved certificate requests for Kubernetes' own signers, and deletes old ones. */
import type { CertificateSigningRequest } from "../../../api/generated/certificates.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, settled } from "../controller.ts";
import { itemKey } from "../item-key.ts";
import { earliest, timeOf } from "../time.ts";

const RESOURCE = "certificatesigningrequests.certificates.k8s.io";
const SIGNERS = new Set([
  "kubernetes.io/kube-apiserver-client",
  "kubernetes.io/kube-apiserver-client-kubelet",
  "kubernetes.io/kubelet-serving",
  "kubernetes.io/legacy-unknown",
]);
const HOUR_MS = 3_600_000;

type Request = Stored<CertificateSigningRequest>;
const conditionOf = ({ status }: Request, type: string) => status.conditions?.find((each) => each.type === type);

export const certificateSigner = defineController({
  name: "certificate-controller",
  component: "csrsigning-controller",
  reads: [RESOURCE],
  writes: [RESOURCE],
  itemsOf: ({ object }) => [itemKey(object)],
  reconcile(name, { snapshot }) {
    const request = snapshot.get(RESOURCE, "", name);
    if (!request || request.status.certificate || !SIGNERS.has(request.spec.signerName)) return settled;
    if (!conditionOf(request, "Approved") || conditionOf(request, "Denied") || conditionOf(request, "Failed"))
      return settled;
    return {
      effects: [{ op: "issue", resource: RESOURCE, namespace: "", name, what: { kind: "certificate", request } }],
    };
  },
});

/**
 * When a request is deleted (ms): issued, denied and failed ones after an hour, undecided ones after a day, approved
 * ones not before their signer signs.
 */
function endOf(request: Request): number | undefined {
  const { conditions = [], certificate } = request.status;
  if (conditions.length === 0) return (timeOf(request.metadata.creationTimestamp) ?? 0) + 24 * HOUR_MS;
  const over = conditions.filter(
    ({ type }) => type === "Denied" || type === "Failed" || (type === "Approved" && certificate),
  );
  return earliest(...over.map(({ lastUpdateTime }) => (timeOf(lastUpdateTime) ?? 0) + HOUR_MS));
}

export const certificateCleaner = defineController({
  name: "certificate-controller",
  reads: [RESOURCE],
  writes: [RESOURCE],
  itemsOf: ({ object }) => [itemKey(object)],
  reconcile(name, { snapshot, now }) {
    const request = snapshot.get(RESOURCE, "", name);
    if (!request || request.metadata.deletionTimestamp) return settled;
    const end = endOf(request);
    if (end === undefined) return settled;
    if (end > now) return { effects: [], wakeAt: end };
    return { effects: [{ op: "delete", resource: RESOURCE, namespace: "", name, uid: request.metadata.uid }] };
  },
});

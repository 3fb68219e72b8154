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

/** When a request is deleted (ms): issued, denied and failed ones after an hour, those that wait after a day. */
function endOf({ metadata, status: { conditions = [], certificate } }: Request): number | undefined {
  const after = (time: string | undefined, hours: number) => (timeOf(time) ?? 0) + hours * HOUR_MS;
  if (conditions.length === 0) return after(metadata.creationTimestamp, 24);
  return earliest(
    ...conditions.map(({ type, lastUpdateTime }) => {
      if (type === "Approved") return after(lastUpdateTime, certificate ? 1 : 24);
      return type === "Denied" || type === "Failed" ? after(lastUpdateTime, 1) : undefined;
    }),
  );
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

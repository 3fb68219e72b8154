/**
 * Approves client certificates that kubelets request, for themselves or on behalf of others, if they are authorized to.
 */
import type { CertificateSigningRequest } from "../../../api/generated/certificates.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { parseCertificateRequest } from "../../../api/machinery/x509/certificate-request.ts";
import { signerProblem } from "../../../api/resources/certificates/signer-rules.ts";
import { defineController, type ReviewEffect, settled, type UpdateEffect } from "../controller.ts";
import { itemKey } from "../item-key.ts";

const RESOURCE = "certificatesigningrequests.certificates.k8s.io";
/** A change of these makes it worth checking again. */
const BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io";
const SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";

type Request = Stored<CertificateSigningRequest>;

export const certificateApprover = defineController({
  name: "certificate-controller",
  reads: [RESOURCE, BINDINGS],
  writes: [RESOURCE],
  itemsOf({ resource, object, deleted, snapshot }) {
    if (deleted) return [];
    if (resource === RESOURCE) return isOpen(object) ? [itemKey(object)] : [];
    return snapshot.list(RESOURCE).filter(isOpen).map(itemKey);
  },
  reconcile(name, { snapshot, now }) {
    const request = snapshot.get(RESOURCE, "", name);
    if (!request || !isOpen(request)) return settled;
    const parsed = parseCertificateRequest(request.spec.request);
    if (!parsed || signerProblem(request.spec, parsed) !== undefined) return settled;
    const isOwn = request.spec.username === parsed.commonName;
    return { effects: [approvalOf(request, isOwn, timestamp(now))] };
  },
});

/** Undecided, and for the only signer whose requests are approved automatically. */
const isOpen = ({ spec, status }: Request): boolean =>
  spec.signerName === SIGNER &&
  !status.certificate &&
  !(status.conditions ?? []).some(({ type }) => type === "Approved" || type === "Denied");

function approvalOf(request: Request, isOwn: boolean, now: string): ReviewEffect {
  const { username, uid, groups, extra } = request.spec;
  const permission = (subresource: string, whose: string) => ({
    attributes: {
      group: "certificates.k8s.io",
      version: "*",
      resource: "certificatesigningrequests",
      verb: "create",
      subresource,
    },
    allows: approved(request, `Auto approving ${whose} client certificate after SubjectAccessReview.`, now),
  });
  return {
    op: "review",
    resource: RESOURCE,
    namespace: "",
    subject: {
      ...(username !== undefined && { user: username }),
      ...(uid !== undefined && { uid }),
      ...(groups && { groups }),
      ...(extra && { extra }),
    },
    permissions: [
      ...(isOwn ? [permission("selfnodeclient", "self kubelet")] : []),
      permission("nodeclient", "kubelet"),
    ],
  };
}

function approved(request: Request, message: string, now: string): UpdateEffect {
  const condition = {
    type: "Approved",
    status: "True",
    reason: "AutoApproved",
    message,
    lastUpdateTime: now,
    lastTransitionTime: now,
  };
  const status = { ...request.status, conditions: [...(request.status.conditions ?? []), condition] };
  return {
    op: "update",
    resource: RESOURCE,
    namespace: "",
    subresource: "approval",
    object: { ...request, status } as CertificateSigningRequest,
  };
}

import type { CertificateSigningRequest, CertificateSigningRequestStatus } from "../../generated/certificates.v1.ts";
import { nameIsPathSegment } from "../../machinery/names.ts";
import { humanDuration } from "../../machinery/time/duration.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import {
  validateApprovalUpdate,
  validateCertificateSigningRequest,
  validateStatusUpdate,
} from "./certificate-signing-request-validation.ts";

/** That of an older version, to which Kubernetes' table refers. */
const SIGNER_NAME = `Requested signer for the request. It is a qualified name in the form: \`scope-hostname.io/name\`. If empty, it will be defaulted:
 1. If it's a kubelet client certificate, it is assigned
    "kubernetes.io/kube-apiserver-client-kubelet".
 2. If it's a kubelet serving certificate, it is assigned
    "kubernetes.io/kubelet-serving".
 3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".
Distribution of trust for signers happens out of band. You can select on this field using \`spec.signerName\`.`;

export const certificateSigningRequest = defineResource<CertificateSigningRequest>({
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  scope: "Cluster",
  shortNames: ["csr"],
  validateName: nameIsPathSegment,
  // The requesting user is filled in on creation by admission, which knows the user.
  prepareUpdate: (draft, old) => {
    draft.spec = old.spec;
  },
  validate: validateCertificateSigningRequest,
  // A request's spec is set by the server: nobody owns it.
  resets: {
    "": [["spec"], ["status"]],
    status: [["spec"], ["status", "conditions"]],
    approval: [["spec"], ["status", "certificate"]],
  },
  status: {
    prepareUpdate: (next, old) => {
      next.spec = old.spec;
      retainDecisions(next.status, old.status);
    },
    validateUpdate: validateStatusUpdate,
  },
  withoutTable: ["approval"],
  subresources: {
    approval: {
      verbs: ["get", "patch", "update"],
      // Through approval, only the conditions are taken.
      prepareUpdate: (next, old) => {
        const { conditions } = next.status;
        next.spec = old.spec;
        next.status = { ...old.status };
        if (conditions) next.status.conditions = conditions;
        else delete next.status.conditions;
      },
      validateUpdate: validateApprovalUpdate,
    },
  },
  fields: { "spec.signerName": ({ spec }) => spec.signerName ?? "" },
  columns: [
    ageColumn,
    {
      name: "SignerName",
      type: "string",
      description: SIGNER_NAME,
      of: ({ spec }) => spec.signerName || "<none>",
    },
    {
      name: "Requestor",
      type: "string",
      description: "Base64-encoded PKCS#10 CSR data",
      of: ({ spec }) => spec.username ?? "",
    },
    {
      name: "RequestedDuration",
      type: "string",
      description: { field: "certificates.v1.CertificateSigningRequestSpec.expirationSeconds" },
      of: ({ spec: { expirationSeconds } }) =>
        expirationSeconds === undefined ? "<none>" : humanDuration(expirationSeconds * 1000),
    },
    {
      name: "Condition",
      type: "string",
      description: "Conditions applied to the request, such as approval or denial.",
      of: printedCondition,
    },
  ],
  age: false,
});

/** Decisions cannot be made here: existing ones are kept as they are, and others refused. */
function retainDecisions(next: CertificateSigningRequestStatus, old: CertificateSigningRequestStatus): void {
  for (const decision of ["Approved", "Denied"]) {
    const isIt = ({ type }: { type: string }) => type === decision;
    const made = old.conditions?.filter(isIt) ?? [];
    if (next.conditions?.filter(isIt).length !== made.length) continue;
    next.conditions = next.conditions.map((condition) => (isIt(condition) ? (made.shift() ?? condition) : condition));
  }
}

function printedCondition({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status.conditions?.some((condition) => condition.type === type) ?? false;
  const decision = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  return `${decision}${has("Failed") ? ",Failed" : ""}${status.certificate ? ",Issued" : ""}`;
}

/** CertificateSubjectRestriction: nobody is certified into the administrators' group by asking for it. */
import type { CertificateSigningRequest } from "../../api/generated/certificates.v1.ts";
import { forbidden } from "../../api/machinery/status.ts";
import { parseCertificateRequest } from "../../api/machinery/x509/certificate-request.ts";
import { ApiError } from "../api-error.ts";
import { MASTERS } from "../auth/user.ts";
import type { AdmissionPlugin } from "./plugin.ts";

const SIGNER = "kubernetes.io/kube-apiserver-client";

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  handles: ({ operation, subresource, object }) =>
    operation === "CREATE" && subresource === "" && object?.kind === "CertificateSigningRequest",
  validate({ object, name }) {
    const { signerName, request } = (object as unknown as CertificateSigningRequest).spec;
    if (signerName !== SIGNER || !parseCertificateRequest(request)?.organizations.includes(MASTERS)) return;
    const of = { group: "certificates.k8s.io", resource: "certificatesigningrequests" };
    throw new ApiError(forbidden(of, name, `use of ${SIGNER} signer with ${MASTERS} group is not allowed`));
  },
};

/** CertificateSubjectRestriction: nobody gets into the administrators' group by requesting a certificate for it. */
import type { CertificateSigningRequest } from "../../../api/generated/certificates.v1.ts";
import { parseCertificateRequest } from "../../../api/machinery/x509/certificate-request.ts";
import { MASTERS } from "../../auth/user.ts";
import type { AdmissionPlugin } from "../plugin.ts";
import { refusal } from "../refusal.ts";

const SIGNER = "kubernetes.io/kube-apiserver-client";

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  handles: ({ operation, subresource, object }) =>
    operation === "CREATE" && subresource === "" && object?.kind === "CertificateSigningRequest",
  validate(admitted) {
    const { signerName, request } = (admitted.object as CertificateSigningRequest).spec;
    if (signerName !== SIGNER || !parseCertificateRequest(request)?.organizations.includes(MASTERS)) return;
    throw refusal(admitted, `use of ${SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};

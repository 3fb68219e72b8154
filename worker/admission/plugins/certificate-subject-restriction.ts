/** CertificateSubjectRestriction: nobody gets into the administrators' group by requesting a certificate for it. */
import { parseCertificateRequest } from "../../../api/machinery/x509/certificate-request.ts";
import { MASTERS } from "../../auth/user.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const SIGNER = "kubernetes.io/kube-apiserver-client";

export const certificateSubjectRestriction = defineResourcePlugin({
  name: "CertificateSubjectRestriction",
  resources: ["certificatesigningrequests.certificates.k8s.io"],
  handles: ["CREATE"],
  validate(admitted) {
    const { signerName, request } = admitted.object.spec;
    if (signerName !== SIGNER || !parseCertificateRequest(request)?.organizations.includes(MASTERS)) return;
    throw refusal(admitted, `use of ${SIGNER} signer with ${MASTERS} group is not allowed`);
  },
});

/**
 * A client that requests a certificate for a key must have that key: signers rely on the signature having been
 * verified. Kubernetes verifies it in the kind's validation, which cannot wait for the platform's cryptography here.
 */
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { invalid } from "../../../api/machinery/status.ts";
import { parseCertificateRequest } from "../../../api/machinery/x509/certificate-request.ts";
import { ApiError } from "../../api-error.ts";
import { signatureProblem } from "../../certificates/proof-of-possession.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

export const certificateRequestSignature = defineResourcePlugin({
  name: "CertificateRequestSignature",
  resources: ["certificatesigningrequests.certificates.k8s.io"],
  handles: ["CREATE"],
  async validate({ object: { metadata, spec } }) {
    const parsed = parseCertificateRequest(spec.request);
    const problem = parsed ? await signatureProblem(parsed) : "asn1: structure error";
    if (problem === undefined) return;
    const errors = [invalidField("spec.request", spec.request, problem)];
    throw new ApiError(invalid("certificates.k8s.io", "CertificateSigningRequest", metadata.name ?? "", errors));
  },
});

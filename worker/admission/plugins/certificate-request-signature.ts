/**
 * Whoever requests a certificate for a key must have it: signers rely on the signature having been verified. Kubernetes
 * verifies it in the kind's validation, which cannot wait for the platform's cryptography here.
 */
import type { CertificateSigningRequest } from "../../../api/generated/certificates.v1.ts";
import { invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { invalid } from "../../../api/machinery/status.ts";
import { parseCertificateRequest } from "../../../api/machinery/x509/certificate-request.ts";
import { ApiError } from "../../api-error.ts";
import { signatureProblem } from "../../certificates/proof-of-possession.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const certificateRequestSignature: AdmissionPlugin = {
  name: "CertificateRequestSignature",
  handles: ({ operation, subresource, object }) =>
    operation === "CREATE" && subresource === "" && object?.kind === "CertificateSigningRequest",
  async validate({ object }) {
    const { metadata, spec } = object as CertificateSigningRequest;
    const parsed = parseCertificateRequest(spec.request);
    const problem = parsed ? await signatureProblem(parsed) : "asn1: structure error";
    if (problem === undefined) return;
    const errors = [invalidField("spec.request", spec.request, problem)];
    throw new ApiError(invalid("certificates.k8s.io", "CertificateSigningRequest", metadata.name ?? "", errors));
  },
};

/**
 * CertificateApproval and CertificateSigning: whoever approves, denies or signs a certificate request must be allowed
 * to do so for its signer (plugin/pkg/admission/certificates).
 */
import type { CertificateSigningRequest } from "../../../api/generated/certificates.v1.ts";
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { authorize } from "../../auth/authorize.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";

const GROUP = "certificates.k8s.io";
const RESOURCE = "certificatesigningrequests";

const updates = ({ operation, subresource, context: { served } }: AdmissionRequest, which: string): boolean =>
  operation === "UPDATE" && subresource === which && served.resource.plural === RESOURCE && served.group === GROUP;

/** Throws unless the user may do `verb` with the signer, by its name or by its domain as in `example.com/*`. */
async function requireSigner(request: AdmissionRequest, verb: "approve" | "sign"): Promise<void> {
  const { context, old } = request;
  const { signerName } = (old as CertificateSigningRequest).spec;
  const may = (signer: string) => {
    const target = { group: GROUP, version: "*", resource: "signers", subresource: "", namespace: "", name: signer };
    return authorize(context.user, { verb, ...target }, context);
  };
  if ((await may(signerName)).allowed || (await may(`${signerName.split("/")[0]}/*`)).allowed) return;
  const action = verb === "approve" ? "approve requests" : "sign requests";
  const why = `user not permitted to ${action} with signerName ${JSON.stringify(signerName)}`;
  throw refusal(request, why);
}

export const certificateApproval: AdmissionPlugin = {
  name: "CertificateApproval",
  handles: (request) => updates(request, "approval"),
  validate: (request) => requireSigner(request, "approve"),
};

export const certificateSigning: AdmissionPlugin = {
  name: "CertificateSigning",
  handles: (request) => updates(request, "status"),
  async validate(request) {
    const next = request.object as CertificateSigningRequest;
    const old = request.old as CertificateSigningRequest;
    const sameCertificate = next.status.certificate === old.status.certificate;
    // Only a signer may report that it failed, or retract what it reported.
    if (sameCertificate && deepEqual(next.status.conditions, old.status.conditions)) return;
    return requireSigner(request, "sign");
  },
};

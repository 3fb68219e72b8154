/**
 * CertificateApproval and CertificateSigning: a user who approves, denies or signs a certificate request must be
 * allowed to do so for its signer (plugin/pkg/admission/certificates).
 */
import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { authorize } from "../../auth/authorize.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin, type RequestFor } from "../resource-plugin.ts";

const GROUP = "certificates.k8s.io";
const RESOURCE = "certificatesigningrequests.certificates.k8s.io";

/** Throws unless the user may do `verb` with the signer, by its name or by its domain as in `example.com/*`. */
async function requireSigner(request: RequestFor<typeof RESOURCE, "UPDATE">, verb: "approve" | "sign"): Promise<void> {
  const { context, old } = request;
  const { signerName } = old.spec;
  const may = (signer: string) => {
    const target = { group: GROUP, version: "*", resource: "signers", subresource: "", namespace: "", name: signer };
    return authorize(context.user, { verb, ...target }, context);
  };
  if ((await may(signerName)).allowed || (await may(`${signerName.split("/")[0]}/*`)).allowed) return;
  const action = verb === "approve" ? "approve requests" : "sign requests";
  const why = `user not permitted to ${action} with signerName ${JSON.stringify(signerName)}`;
  throw refusal(request, why);
}

export const certificateApproval = defineResourcePlugin({
  name: "CertificateApproval",
  resources: [RESOURCE],
  handles: ["UPDATE approval"],
  validate: (request) => requireSigner(request, "approve"),
});

export const certificateSigning = defineResourcePlugin({
  name: "CertificateSigning",
  resources: [RESOURCE],
  handles: ["UPDATE status"],
  async validate(request) {
    const { status: next } = request.object;
    const { status: old } = request.old;
    // Only a signer may report that it failed, or retract what it reported.
    if (next.certificate === old.certificate && deepEqual(next.conditions, old.conditions)) return;
    return requireSigner(request, "sign");
  },
});

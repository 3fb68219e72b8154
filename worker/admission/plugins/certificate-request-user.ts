/**
 * Sets the requesting user in a certificate request's spec: that is whom the signer will certify. In Kubernetes the
 * kind's strategy does this, since it knows the request (pkg/registry/certificates/certificates/strategy.go).
 */
import { defineResourcePlugin } from "../resource-plugin.ts";

export const certificateRequestUser = defineResourcePlugin({
  name: "CertificateRequestUser",
  resources: ["certificatesigningrequests.certificates.k8s.io"],
  handles: ["CREATE"],
  mutate({ object: { spec }, context: { user } }) {
    for (const claim of ["uid", "groups", "extra"] as const) delete spec[claim];
    spec.username = user.name;
    if (user.uid) spec.uid = user.uid;
    if (user.groups.length > 0) spec.groups = [...user.groups];
    const extra = Object.entries(user.extra ?? {}).map(([key, values]): [string, string[]] => [key, [...values]]);
    if (extra.length > 0) spec.extra = Object.fromEntries(extra);
  },
});

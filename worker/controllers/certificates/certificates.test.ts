import { describe, expect, it } from "vitest";
import type { CertificateSigningRequest } from "../../../api/generated/certificates.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { certificateApprover } from "./certificate-approval.ts";
import { certificateCleaner } from "./certificate-signing.ts";

const RESOURCE = "certificatesigningrequests.certificates.k8s.io";
const HOUR_MS = 3_600_000;
/** For O=system:nodes, CN=system:node:n1. */
const PEM = [
  "-----BEGIN CERTIFICATE REQUEST-----",
  "MIHqMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz",
  "dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQAVmkfHYIKKDXz",
  "vglsxDYqhLZRxKF2B08sm/VNp/F9hOHuty5RVlF1QwJwBCnkAYFLX7PInhcRuEH3",
  "H3NPeK+YoAAwCgYIKoZIzj0EAwIDRwAwRAIgPrMjH9NIsvJGFOYrvkbHDjj3UgOD",
  "sYutt6zAMj86F1ICIDz52tYpEUDy9e3f65BfDRVB0KRjY/BSK4xfkeuOrMwM",
  "-----END CERTIFICATE REQUEST-----",
  "",
].join("\n");

function start(spec: Partial<CertificateSigningRequest["spec"]>, allowed: readonly string[] = []) {
  const at = controlledCluster([certificateApprover, certificateCleaner]);
  at.cluster.allows = ({ spec: { resourceAttributes: { subresource = "" } = {} } }) => allowed.includes(subresource);
  at.cluster.put(RESOURCE, {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "r" },
    spec: {
      request: Buffer.from(PEM).toString("base64"),
      signerName: "kubernetes.io/kube-apiserver-client-kubelet",
      usages: ["digital signature", "client auth"],
      username: "system:node:n1",
      ...spec,
    },
    status: {},
  } as CertificateSigningRequest);
  const request = () => at.cluster.get<CertificateSigningRequest>(RESOURCE, "", "r");
  return { ...at, request };
}

describe("CTL-CSR-APPROVE: a kubelet's request for a client certificate", () => {
  it.each<[who: string, spec: Partial<CertificateSigningRequest["spec"]>, allowed: string[], message?: string]>([
    [
      "its own, and it may ask for its own",
      {},
      ["selfnodeclient"],
      "Auto approving self kubelet client certificate after SubjectAccessReview.",
    ],
    [
      "its own, and it may ask for all",
      {},
      ["nodeclient"],
      "Auto approving kubelet client certificate after SubjectAccessReview.",
    ],
    [
      "for another node, by a user allowed to request for all",
      { username: "bootstrap" },
      ["nodeclient", "selfnodeclient"],
      "Auto approving kubelet client certificate after SubjectAccessReview.",
    ],
    ["for another node, by a user allowed to request only for itself", { username: "bootstrap" }, ["selfnodeclient"]],
    ["with a usage too many", { usages: ["digital signature", "client auth", "server auth"] }, ["nodeclient"]],
    ["of another signer", { signerName: "kubernetes.io/kube-apiserver-client" }, ["nodeclient"]],
  ])("%s", async (_, spec, allowed, message) => {
    const at = start(spec, allowed);
    await at.settle();
    expect(at.complaints).toEqual([]);
    const messages = message && { type: "Approved", status: "True", reason: "AutoApproved", message };
    expect(at.request()?.status.conditions ?? []).toEqual(messages ? [expect.objectContaining(messages)] : []);
  });
});

describe("CTL-CSR-CLEAN: a certificate signing request is deleted", () => {
  const approved = (at: ReturnType<typeof start>, type: string, certificate?: string) =>
    at.cluster.change<CertificateSigningRequest>(RESOURCE, "", "r", (draft) => {
      const lastUpdateTime = new Date(at.cluster.now).toISOString();
      draft.status = {
        conditions: [{ type, status: "True", lastUpdateTime }],
        ...(certificate !== undefined && { certificate }),
      };
    });

  it("a day after its creation, if undecided", async () => {
    const at = start({});
    await at.pass(23 * HOUR_MS);
    expect(at.request()).toBeDefined();
    await at.pass(2 * HOUR_MS);
    expect(at.request()).toBeUndefined();
  });

  it.each([
    ["Denied", undefined],
    ["Approved", "Y2VydA=="],
  ])("an hour after it was %s", async (type, certificate) => {
    const at = start({});
    approved(at, type, certificate);
    await at.pass(0.9 * HOUR_MS);
    expect(at.request()).toBeDefined();
    await at.pass(0.2 * HOUR_MS);
    expect(at.request()).toBeUndefined();
  });

  it("a day after it was approved, if nobody signs it", async () => {
    const at = start({});
    await at.pass(20 * HOUR_MS);
    approved(at, "Approved");
    await at.pass(23 * HOUR_MS);
    expect(at.request()).toBeDefined();
    await at.pass(2 * HOUR_MS);
    expect(at.request()).toBeUndefined();
  });
});

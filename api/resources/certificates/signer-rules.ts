/** The requirements of Kubernetes' own signers (pkg/apis/certificates and pkg/controller/certificates/signer). */
import type { CertificateSigningRequest } from "../../generated/certificates.v1.ts";
import type { ParsedRequest } from "../../machinery/x509/certificate-request.ts";

/** Why the signer refuses the request; undefined: it does not. */
export function signerProblem(
  { signerName, usages = [] }: CertificateSigningRequest["spec"],
  request: ParsedRequest,
): string | undefined {
  switch (signerName) {
    case "kubernetes.io/kube-apiserver-client":
      return clientUsageProblem(usages);
    case "kubernetes.io/kube-apiserver-client-kubelet":
      return kubeletProblem(request) ?? kubeletClientProblem(usages, request);
    case "kubernetes.io/kubelet-serving":
      return kubeletProblem(request) ?? servingProblem(usages, request);
    default:
      return undefined;
  }
}

const OPTIONAL = ["digital signature", "key encipherment"];

function clientUsageProblem(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => usage !== "client auth" && !OPTIONAL.includes(usage));
  if (other) return `invalid usage for client certificate: ${other}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}

function kubeletProblem({ organizations, commonName }: ParsedRequest): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== "system:nodes")
    return "subject organization is not system:nodes";
  return commonName.startsWith("system:node:") ? undefined : "subject common name does not begin with system:node:";
}

function kubeletClientProblem(usages: readonly string[], { alternativeNames }: ParsedRequest): string | undefined {
  if (alternativeNames?.dns) return "DNS subjectAltNames are not allowed";
  if (alternativeNames?.email) return "Email subjectAltNames are not allowed";
  if (alternativeNames?.ip) return "IP subjectAltNames are not allowed";
  if (alternativeNames?.uri) return "URI subjectAltNames are not allowed";
  return usageProblem(usages, "client auth");
}

function servingProblem(usages: readonly string[], { alternativeNames }: ParsedRequest): string | undefined {
  if (!alternativeNames?.dns && !alternativeNames?.ip) return "DNS or IP subjectAltName is required";
  if (alternativeNames.email) return "Email subjectAltNames are not allowed";
  if (alternativeNames.uri) return "URI subjectAltNames are not allowed";
  return usageProblem(usages, "server auth");
}

/** Exactly the required usages, with or without key encipherment. */
function usageProblem(usages: readonly string[], purpose: string): string | undefined {
  const wanted = new Set(["digital signature", purpose]);
  const given = new Set(usages.filter((usage) => usage !== "key encipherment"));
  const exact = given.size === wanted.size && [...given].every((usage) => wanted.has(usage));
  if (exact) return undefined;
  return `usages did not match [${["key encipherment", ...wanted].sort().join(" ")}]`;
}

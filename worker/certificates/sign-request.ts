/** Signs certificate requests with the cluster's authority for clients and kubelets. */
import type { CertificateSigningRequest } from "../../api/generated/certificates.v1.ts";
import {
  assemble,
  derSignature,
  extendedKeyUsage,
  extensions,
  keyUsage,
  toBeSigned,
} from "../../api/machinery/x509/certificate.ts";
import { parseCertificateRequest } from "../../api/machinery/x509/certificate-request.ts";
import { pemInBase64 } from "../../api/machinery/x509/pem.ts";
import { signerProblem } from "../../api/resources/certificates/signer-rules.ts";
import type { ClientAuthority } from "../../durable-objects/certificate-authority.ts";
import { provesPossession } from "./proof-of-possession.ts";

/** Kubernetes' --cluster-signing-duration. */
const MAX_SECONDS = 365 * 86_400;
const MIN_SECONDS = 600;
/** Tolerates clients whose clocks are slow. */
const BACKDATED_MS = 300_000;
/** Certificates with shorter lifetimes are not shortened by being backdated. */
const SHORT_LIVED_MS = 8 * 3600_000;

export interface Signing {
  readonly authority: ClientAuthority;
  /** An ECDSA signature over SHA-256, `r` and `s` concatenated. */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly serial: Uint8Array;
  readonly now: number;
}

export type Signed = { readonly certificate: string } | { readonly refused: string };

/** The certificate is base64 of PEM, as in the status. */
export async function signRequest({ spec }: CertificateSigningRequest, signing: Signing): Promise<Signed> {
  const request = parseCertificateRequest(spec.request);
  if (!request) return { refused: "unable to parse csr: the certificate request is malformed" };
  const problem = signerProblem(spec, request);
  if (problem) return { refused: problem };
  if (!(await provesPossession(request)))
    return { refused: "unable to verify certificate request signature: x509: unsupported or wrong signature" };
  const { authority, sign, serial, now } = signing;
  const lifetime = Math.max(MIN_SECONDS, Math.min(spec.expirationSeconds ?? MAX_SECONDS, MAX_SECONDS)) * 1000;
  const signed = toBeSigned({
    serial,
    issuer: authority.name,
    subject: request.subject,
    from: new Date(now - BACKDATED_MS),
    until: new Date(Math.min(now + lifetime - (lifetime < SHORT_LIVED_MS ? 0 : BACKDATED_MS), authority.until)),
    publicKey: request.publicKey,
    extensions: [
      ...usageExtensions(spec.usages ?? []),
      extensions.noAuthority(),
      extensions.authorityKey(authority.keyId),
      ...(request.alternativeNames ? [extensions.alternativeNames(request.alternativeNames.der)] : []),
    ],
  });
  return { certificate: pemInBase64("CERTIFICATE", assemble(signed, derSignature(await sign(signed)))) };
}

function usageExtensions(usages: readonly string[]): Uint8Array[] {
  const bits: number[] = [];
  if (usages.includes("digital signature") || usages.includes("signing")) bits.push(keyUsage.digitalSignature);
  if (usages.includes("key encipherment")) bits.push(keyUsage.keyEncipherment);
  const extended: string[] = [];
  if (usages.includes("server auth")) extended.push(extendedKeyUsage.serverAuth);
  if (usages.includes("client auth")) extended.push(extendedKeyUsage.clientAuth);
  return [
    ...(bits.length > 0 ? [extensions.usage(...bits)] : []),
    ...(extended.length > 0 ? [extensions.extendedUsage(...extended)] : []),
  ];
}

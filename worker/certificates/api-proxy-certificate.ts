/**
 * The certificate with which a node terminates TLS for `kubernetes.default.svc`: valid for the names by which pods know
 * the API server, and for no name that anybody else uses.
 */
import {
  assemble,
  commonName,
  derSignature,
  extendedKeyUsage,
  extensions,
  keyUsage,
  toBeSigned,
} from "../../api/machinery/x509/certificate.ts";
import { generalNames } from "../../api/machinery/x509/general-names.ts";
import { renderPem } from "../../api/machinery/x509/pem.ts";
import type { Signing } from "./sign-request.ts";

const LIFETIME_MS = 30 * 86_400_000;
/** Tolerates clients whose clocks are slow. */
const BACKDATED_MS = 300_000;

const API_NAMES = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
] as const;

export interface ApiProxyKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** The cluster addresses of the Service `kubernetes`, IPv4. */
  readonly addresses: readonly string[];
}

/** PEM. */
export async function apiProxyCertificate({ publicKey, addresses }: ApiProxyKey, signing: Signing): Promise<string> {
  const { authority, sign, serial, now } = signing;
  const signed = toBeSigned({
    serial,
    issuer: authority.name,
    subject: commonName("kube-apiserver"),
    from: new Date(now - BACKDATED_MS),
    until: new Date(Math.min(now + LIFETIME_MS, authority.until)),
    publicKey,
    extensions: [
      extensions.usage(keyUsage.digitalSignature),
      extensions.extendedUsage(extendedKeyUsage.serverAuth),
      extensions.noAuthority(),
      extensions.authorityKey(authority.keyId),
      extensions.alternativeNames(generalNames({ dns: API_NAMES, addresses })),
    ],
  });
  return renderPem("CERTIFICATE", assemble(signed, derSignature(await sign(signed))));
}

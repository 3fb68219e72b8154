/** Certificates of the servers that nodes run, signed by the cluster's authority. Valid for a month. */
import {
  assemble,
  commonName,
  derSignature,
  extendedKeyUsage,
  extensions,
  keyUsage,
  toBeSigned,
} from "../../api/machinery/x509/certificate.ts";
import { generalNames, type ServerNames } from "../../api/machinery/x509/general-names.ts";
import { renderPem } from "../../api/machinery/x509/pem.ts";
import type { Signing } from "./sign-request.ts";

const LIFETIME_MS = 30 * 86_400_000;
/** Tolerates clients whose clocks are slow. */
const BACKDATED_MS = 300_000;

export interface CertifiedServer {
  /** The subject's common name. */
  readonly subject: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly names: ServerNames;
}

/** PEM. */
export async function serverCertificate(
  { subject, publicKey, names }: CertifiedServer,
  { authority, sign, serial, now }: Signing,
): Promise<string> {
  const signed = toBeSigned({
    serial,
    issuer: authority.name,
    subject: commonName(subject),
    from: new Date(now - BACKDATED_MS),
    until: new Date(Math.min(now + LIFETIME_MS, authority.until)),
    publicKey,
    extensions: [
      extensions.usage(keyUsage.digitalSignature),
      extensions.extendedUsage(extendedKeyUsage.serverAuth),
      extensions.noAuthority(),
      extensions.authorityKey(authority.keyId),
      extensions.alternativeNames(generalNames(names)),
    ],
  });
  return renderPem("CERTIFICATE", assemble(signed, derSignature(await sign(signed))));
}

/**
 * A cluster's own certificate authorities: the authority itself, and the certificates it issues. ECDSA P-256 with
 * SHA-256.
 */
import {
  assemble,
  commonName,
  derSignature,
  extendedKeyUsage,
  extensions,
  keyUsage,
  toBeSigned,
} from "../api/machinery/x509/certificate.ts";
import { renderPem } from "../api/machinery/x509/pem.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;
const AUTHORITY_MS = 10 * 365 * 86_400_000;
/** Tolerates clients whose clocks are slow. */
const BACKDATED_MS = 300_000;

/** The issuer of client certificates, and when it expires (ms since the epoch). Name and certificate are DER. */
export interface ClientAuthority {
  readonly name: Uint8Array;
  readonly certificate: Uint8Array;
  readonly keyId: Uint8Array;
  readonly until: number;
}

export interface Authority extends ClientAuthority {
  readonly key: JsonWebKey;
}

const makeKeys = async () => (await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
const exported = async (format: "spki" | "pkcs8", key: CryptoKey) =>
  new Uint8Array((await crypto.subtle.exportKey(format, key)) as ArrayBuffer);

export async function makeAuthority(commonNameOf: string, now: number): Promise<Authority> {
  const pair = await makeKeys();
  const publicKey = await exported("spki", pair.publicKey);
  // A P-256 key is the last 65 bytes of its SubjectPublicKeyInfo.
  const keyId = new Uint8Array(await crypto.subtle.digest("SHA-1", publicKey.slice(-65)));
  const name = commonName(commonNameOf);
  const until = now + AUTHORITY_MS;
  const signed = toBeSigned({
    serial: crypto.getRandomValues(new Uint8Array(16)),
    issuer: name,
    subject: name,
    from: new Date(now),
    until: new Date(until),
    publicKey,
    extensions: [
      extensions.authority(),
      extensions.usage(keyUsage.digitalSignature, keyUsage.keyCertSign, keyUsage.cRLSign),
      extensions.subjectKey(keyId),
    ],
  });
  const signature = new Uint8Array(await crypto.subtle.sign(SIGNATURE, pair.privateKey, signed.slice()));
  const key = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
  return { key, name, keyId, until, certificate: assemble(signed, derSignature(signature)) };
}

export interface Identity {
  /** The subject's common name. */
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
}

/** A private key and its client certificate, both PEM. */
export async function issueIdentity(
  authority: Authority,
  { name, from, until }: Identity,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const pair = await makeKeys();
  const signed = toBeSigned({
    serial: crypto.getRandomValues(new Uint8Array(16)),
    issuer: authority.name,
    subject: commonName(name),
    from: new Date(from.getTime() - BACKDATED_MS),
    until,
    publicKey: await exported("spki", pair.publicKey),
    extensions: [
      extensions.usage(keyUsage.digitalSignature),
      extensions.extendedUsage(extendedKeyUsage.clientAuth),
      extensions.noAuthority(),
      extensions.authorityKey(authority.keyId),
    ],
  });
  const signer = await crypto.subtle.importKey("jwk", authority.key, ALGORITHM, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign(SIGNATURE, signer, signed.slice()));
  return {
    certificate: renderPem("CERTIFICATE", assemble(signed, derSignature(signature))),
    key: renderPem("PRIVATE KEY", await exported("pkcs8", pair.privateKey)),
  };
}

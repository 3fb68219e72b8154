/**
 * X.509 v3 certificates (RFC 5280), ready to be signed: EC P-256 with SHA-256. Pure; signing is up to the holder of the
 * key.
 */
import * as der from "./der.ts";

const oid = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
};

/** Bits of KeyUsage. */
export const keyUsage = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 };
export const extendedKeyUsage = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" };

export interface CertificateFacts {
  readonly serial: Uint8Array;
  /** Names, DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly from: Date;
  readonly until: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

const ALGORITHM = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));

export const commonName = (name: string): Uint8Array =>
  der.sequence(der.set(der.sequence(der.objectIdentifier(oid.commonName), der.utf8String(name))));

/** The part that the authority signs. */
export const toBeSigned = (facts: CertificateFacts): Uint8Array =>
  der.sequence(
    der.explicit(0, der.integer(new Uint8Array([2]))),
    der.integer(facts.serial),
    ALGORITHM,
    facts.issuer,
    der.sequence(der.time(facts.from), der.time(facts.until)),
    facts.subject,
    facts.publicKey,
    der.explicit(3, der.sequence(...facts.extensions)),
  );

/** `signature` is an ECDSA signature in DER. */
export const assemble = (signed: Uint8Array, signature: Uint8Array): Uint8Array =>
  der.sequence(signed, ALGORITHM, der.bitString(signature));

/** Web Crypto returns `r` and `s` concatenated; certificates have them as a sequence. */
export function derSignature(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return der.sequence(der.integer(raw.subarray(0, half)), der.integer(raw.subarray(half)));
}

function extension(id: string, value: Uint8Array, critical?: "critical"): Uint8Array {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(id), ...flag, der.octetString(value));
}

export const extensions = {
  authority: () => extension(oid.basicConstraints, der.sequence(der.boolean(true)), "critical"),
  noAuthority: () => extension(oid.basicConstraints, der.sequence(), "critical"),
  usage: (...bits: number[]) => extension(oid.keyUsage, der.namedBits(...bits), "critical"),
  extendedUsage: (...ids: string[]) =>
    extension(oid.extendedKeyUsage, der.sequence(...ids.map((id) => der.objectIdentifier(id)))),
  /** `id` is that of RFC 5280 4.2.1.2: the SHA-1 of the key's bits. */
  subjectKey: (id: Uint8Array) => extension(oid.subjectKeyIdentifier, der.octetString(id)),
  authorityKey: (id: Uint8Array) => extension(oid.authorityKeyIdentifier, der.sequence(der.implicit(0, id))),
  /** GeneralNames, DER. */
  alternativeNames: (names: Uint8Array) => extension(oid.subjectAltName, names),
};

/**
 * The cluster's certificate authority and its serving certificate (X.509 v3, RFC 5280; EC P-256). Written out here,
 * because the libraries for it cost 9 MB of memory for as long as `up` runs.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import * as ipaddr from "ipaddr.js";
import * as der from "./der.ts";

/** A certificate and its private key (PKCS#8), both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly type: "dns" | "ip";
  readonly value: string;
}

const DAY_MS = 86_400_000;
const AUTHORITY = "sailplane-ca";
const oid = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
};
/** Bits of KeyUsage. */
const usage = { digitalSignature: 0, keyCertSign: 5, cRLSign: 6 };

/** A certificate authority of the cluster's own, good for ten years, as kubeadm makes it. */
export function createAuthority(now: Date): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = signCertificate({
    subject: AUTHORITY,
    publicKey,
    signer: privateKey,
    from: now,
    days: 3650,
    extensions: [
      extension(oid.basicConstraints, der.sequence(der.boolean(true)), "critical"),
      extension(oid.keyUsage, der.namedBits(usage.digitalSignature, usage.keyCertSign, usage.cRLSign), "critical"),
      extension(oid.subjectKeyIdentifier, der.octetString(keyIdentifier(publicKey))),
    ],
  });
  return { certificate, key: renderKey(privateKey) };
}

/** A serving certificate for those names and addresses, good for one year. */
export function createServingCertificate(authorityKey: string, subjects: readonly Subject[], now: Date): KeyPair {
  const signer = createPrivateKey(authorityKey);
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = signCertificate({
    subject: "kube-apiserver",
    publicKey,
    signer,
    from: now,
    days: 365,
    extensions: [
      extension(oid.basicConstraints, der.sequence(), "critical"),
      extension(oid.keyUsage, der.namedBits(usage.digitalSignature), "critical"),
      extension(oid.extendedKeyUsage, der.sequence(der.objectIdentifier(oid.serverAuth))),
      extension(
        oid.authorityKeyIdentifier,
        der.sequence(der.implicit(0, keyIdentifier(createPublicKey(authorityKey)))),
      ),
      extension(oid.subjectAltName, der.sequence(...subjects.map(generalName))),
    ],
  });
  return { certificate, key: renderKey(privateKey) };
}

/** kubeadm's form: `sha256:` and the hex digest of the DER SubjectPublicKeyInfo. */
export function publicKeyPin(subjectPublicKeyInfo: Uint8Array): string {
  return `sha256:${createHash("sha256").update(subjectPublicKeyInfo).digest("hex")}`;
}

interface CertificateRequest {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly from: Date;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

/** PEM. Valid from the day before, for clocks that are slow. */
function signCertificate({ subject, publicKey, signer, from, days, extensions }: CertificateRequest): string {
  const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
  const version3 = der.explicit(0, der.integer(Buffer.from([2])));
  const validity = [from.getTime() - DAY_MS, from.getTime() + days * DAY_MS].map((at) => der.time(new Date(at)));
  const toBeSigned = der.sequence(
    version3,
    der.integer(randomBytes(16)),
    algorithm,
    commonName(AUTHORITY),
    der.sequence(...validity),
    commonName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(...extensions)),
  );
  const certificate = der.sequence(toBeSigned, algorithm, der.bitString(sign("sha256", toBeSigned, signer)));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const commonName = (name: string): Buffer =>
  der.sequence(der.set(der.sequence(der.objectIdentifier(oid.commonName), der.utf8String(name))));

function extension(id: string, value: Buffer, critical?: "critical"): Buffer {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(id), ...flag, der.octetString(value));
}

const generalName = ({ type, value }: Subject): Buffer =>
  type === "dns"
    ? der.implicit(2, Buffer.from(value))
    : der.implicit(7, Buffer.from(ipaddr.parse(value).toByteArray()));

/** RFC 5280 4.2.1.2, method 1: the SHA-1 of the key's bits. */
function keyIdentifier(key: KeyObject): Buffer {
  // A P-256 key is the last 65 bytes of its SubjectPublicKeyInfo.
  const point = key.export({ type: "spki", format: "der" }).subarray(-65);
  return createHash("sha1").update(point).digest();
}

const renderKey = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

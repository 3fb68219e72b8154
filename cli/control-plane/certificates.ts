/**
 * The cluster's certificate authority and its serving certificate (X.509 v3, RFC 5280; EC P-256). Encoded by hand,
 * because libraries for it cost 9 MB of memory for as long as `up` runs.
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
import {
  assemble,
  commonName,
  extendedKeyUsage,
  extensions,
  keyUsage,
  toBeSigned,
} from "../../api/machinery/x509/certificate.ts";
import { generalNames } from "../../api/machinery/x509/general-names.ts";
import { renderPem } from "../../api/machinery/x509/pem.ts";

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
/** A certificate authority for the cluster, valid for ten years, as created by kubeadm. */
export function createAuthority(now: Date): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = signCertificate({
    subject: AUTHORITY,
    publicKey,
    signer: privateKey,
    from: now,
    days: 3650,
    extensions: [
      extensions.authority(),
      extensions.usage(keyUsage.digitalSignature, keyUsage.keyCertSign, keyUsage.cRLSign),
      extensions.subjectKey(keyIdentifier(publicKey)),
    ],
  });
  return { certificate, key: renderKey(privateKey) };
}

/** A serving certificate for these names and addresses, valid for one year. */
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
      extensions.noAuthority(),
      extensions.usage(keyUsage.digitalSignature),
      extensions.extendedUsage(extendedKeyUsage.serverAuth),
      extensions.authorityKey(keyIdentifier(createPublicKey(authorityKey))),
      extensions.alternativeNames(namesOf(subjects)),
    ],
  });
  return { certificate, key: renderKey(privateKey) };
}

/** In kubeadm's form: `sha256:` and the hex digest of the DER SubjectPublicKeyInfo. */
export function publicKeyPin(subjectPublicKeyInfo: Uint8Array): string {
  return `sha256:${createHash("sha256").update(subjectPublicKeyInfo).digest("hex")}`;
}

interface CertificateRequest {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly from: Date;
  readonly days: number;
  readonly extensions: readonly Uint8Array[];
}

/** PEM. Valid from the day before, to tolerate slow clocks. */
function signCertificate({ subject, publicKey, signer, from, days, extensions }: CertificateRequest): string {
  const signed = toBeSigned({
    serial: randomBytes(16),
    issuer: commonName(AUTHORITY),
    subject: commonName(subject),
    from: new Date(from.getTime() - DAY_MS),
    until: new Date(from.getTime() + days * DAY_MS),
    publicKey: publicKey.export({ type: "spki", format: "der" }),
    extensions,
  });
  return renderPem("CERTIFICATE", assemble(signed, sign("sha256", signed, signer)));
}

function namesOf(subjects: readonly Subject[]): Uint8Array {
  const valuesOf = (wanted: Subject["type"]) =>
    subjects.filter(({ type }) => type === wanted).map(({ value }) => value);
  return generalNames({ dns: valuesOf("dns"), addresses: valuesOf("ip") });
}

/** RFC 5280 4.2.1.2, method 1: the SHA-1 of the key's bits. */
function keyIdentifier(key: KeyObject): Buffer {
  // A P-256 key is the last 65 bytes of its SubjectPublicKeyInfo.
  const point = key.export({ type: "spki", format: "der" }).subarray(-65);
  return createHash("sha1").update(point).digest();
}

const renderKey = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

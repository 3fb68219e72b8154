/** Parses a PKCS #10 certificate request (RFC 2986). */
import { childrenOf, elementsOf, oidText } from "./der-reader.ts";
import { parsePem } from "./pem.ts";
import { readSubject } from "./subject.ts";

const SEQUENCE = 0x30;
const ATTRIBUTES = 0xa0;
const OID = { extensionRequest: "1.2.840.113549.1.9.14", alternativeNames: "2.5.29.17" };

export interface AlternativeNames {
  /** GeneralNames, DER, as they are copied into the certificate. */
  readonly der: Uint8Array;
  readonly dns: number;
  readonly email: number;
  readonly uri: number;
  readonly ip: number;
}

export interface ParsedRequest {
  /** The signed part, DER. */
  readonly signed: Uint8Array;
  readonly algorithm: string;
  readonly signature: Uint8Array;
  /** The Name to be certified, DER. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly alternativeNames?: AlternativeNames;
}

/** `base64` is the field as in JSON: the bytes of the PEM text. Undefined: not a valid request. */
export function parseCertificateRequest(base64: string): ParsedRequest | undefined {
  const bytes = parsePem("CERTIFICATE REQUEST", base64);
  const [request] = elementsOf(bytes ?? new Uint8Array());
  const [info, algorithm, signature] = childrenOf(request);
  const [, subject, publicKey, ...rest] = childrenOf(info);
  const [algorithmId] = childrenOf(algorithm);
  if (!info || !algorithmId || !signature || subject?.tag !== SEQUENCE || !publicKey) return undefined;
  const { commonName, organizations, der } = readSubject(subject.content);
  const alternativeNames = alternativeNamesOf(rest.find(({ tag }) => tag === ATTRIBUTES)?.content);
  return {
    signed: info.whole,
    algorithm: oidText(algorithmId.content),
    // A bit string begins with the number of its unused bits.
    signature: signature.content.subarray(1),
    subject: der,
    publicKey: publicKey.whole,
    commonName,
    organizations,
    ...(alternativeNames ? { alternativeNames } : {}),
  };
}

function alternativeNamesOf(attributes: Uint8Array | undefined): AlternativeNames | undefined {
  for (const attribute of elementsOf(attributes ?? new Uint8Array())) {
    const [type, values] = childrenOf(attribute);
    if (!type || oidText(type.content) !== OID.extensionRequest) continue;
    for (const extension of childrenOf(childrenOf(values)[0])) {
      const parts = childrenOf(extension);
      const value = parts.at(-1);
      if (!parts[0] || !value || oidText(parts[0].content) !== OID.alternativeNames) continue;
      const [names] = elementsOf(value.content);
      const count = (tag: number) => childrenOf(names).filter((each) => (each.tag & 0x1f) === tag).length;
      if (names) return { der: names.whole, email: count(1), dns: count(2), uri: count(6), ip: count(7) };
    }
  }
  return undefined;
}

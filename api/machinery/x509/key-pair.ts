/** Whether a private key belongs to a certificate, in the words of Go's crypto/tls. Both are PEM, in base64 as in JSON. */
import { childrenOf, type Element, elementsOf, oidText } from "./der-reader.ts";
import { binaryOfBase64, type PemBlock, pemBlocks } from "./pem-blocks.ts";

const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  sequence: 0x30,
  version: 0xa0,
  curve: 0xa0,
  point: 0xa1,
};
const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
const ED25519 = "1.3.101.112";
const KNOWN: readonly string[] = [RSA, EC, ED25519];

/** A key's algorithm, and what tells its public half from others of the algorithm, if it is known. */
interface Key {
  readonly algorithm: string;
  readonly identity: string | undefined;
}

export function keyPairProblem(certificates: string, key: string): string | undefined {
  const problem = pairProblem(pemBlocks(certificates), pemBlocks(key));
  return problem === undefined ? undefined : problem.startsWith("x509:") ? problem : `tls: ${problem}`;
}

function pairProblem(inCertificates: readonly PemBlock[], inKey: readonly PemBlock[]): string | undefined {
  const certificate = inCertificates.find(({ type }) => type === "CERTIFICATE");
  if (!certificate) return withoutCertificate(inCertificates.map(({ type }) => type));
  const keyBlock = inKey.find(({ type }) => /(^| )PRIVATE KEY$/.test(type));
  if (!keyBlock) return withoutKey(inKey.map(({ type }) => type));
  const publicKey = publicKeyOf(certificate);
  if (!publicKey) return "x509: malformed certificate";
  const privateKey = privateKeyOf(elementOf(keyBlock));
  if (!privateKey) return "failed to parse private key";
  if (!KNOWN.includes(publicKey.algorithm)) return "unknown public key algorithm";
  if (privateKey.algorithm !== publicKey.algorithm) return "private key type does not match public key type";
  const isOther = privateKey.identity !== undefined && privateKey.identity !== publicKey.identity;
  return isOther ? "private key does not match public key" : undefined;
}

function withoutCertificate(types: readonly string[]): string {
  if (types.length === 0) return "failed to find any PEM data in certificate input";
  if (types.length === 1 && types[0]?.endsWith("PRIVATE KEY"))
    return "failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
  return `failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(" ")}]`;
}

function withoutKey(types: readonly string[]): string {
  if (types.length === 0) return "failed to find any PEM data in key input";
  if (types.length === 1 && types[0] === "CERTIFICATE")
    return "found a certificate rather than a key in the PEM for the private key";
  return `failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(" ")}]`;
}

const elementOf = ({ base64 }: PemBlock): Element | undefined =>
  [...elementsOf(Uint8Array.from(binaryOfBase64(base64), (character) => character.charCodeAt(0)))][0];

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A bit string begins with the number of its unused bits. */
const bitsOf = ({ content }: Element): Uint8Array => content.subarray(1);

function publicKeyOf(certificate: PemBlock): Key | undefined {
  const [signed] = childrenOf(elementOf(certificate));
  const fields = childrenOf(signed);
  const [, , , , , info] = fields[0]?.tag === TAG.version ? fields.slice(1) : fields;
  const [algorithm, bits] = childrenOf(info);
  const [id, parameters] = childrenOf(algorithm);
  if (!id || bits?.tag !== TAG.bitString) return undefined;
  const name = oidText(id.content);
  if (name === RSA) return rsaKey(childrenOf([...elementsOf(bitsOf(bits))][0])[0]);
  return name === EC ? ecKey(parameters, bits) : { algorithm: name, identity: hex(bitsOf(bits)) };
}

const rsaKey = (modulus: Element | undefined): Key => ({ algorithm: RSA, identity: modulus && hex(modulus.content) });

const ecKey = (curve: Element | undefined, point: Element | undefined): Key => ({
  algorithm: EC,
  identity: curve && point && `${oidText(curve.content)} ${hex(bitsOf(point))}`,
});

/** In PKCS #1, PKCS #8 or SEC 1. Keys of Ed25519, and some of SEC 1, do not contain their public half. */
function privateKeyOf(key: Element | undefined, curve?: Element): Key | undefined {
  const [version, second, third, ...rest] = childrenOf(key);
  if (version?.tag !== TAG.integer || !second) return undefined;
  if (second.tag === TAG.integer) return rsaKey(second);
  if (second.tag === TAG.octetString) return sec1Key([...(third ? [third] : []), ...rest], curve);
  if (second.tag !== TAG.sequence || third?.tag !== TAG.octetString) return undefined;
  const [id, parameters] = childrenOf(second);
  const name = id ? oidText(id.content) : "";
  if (name === ED25519) return { algorithm: ED25519, identity: undefined };
  return name === RSA || name === EC ? privateKeyOf([...elementsOf(third.content)][0], parameters) : undefined;
}

function sec1Key(optional: readonly Element[], curveOfAlgorithm: Element | undefined): Key {
  const inner = (tag: number) => childrenOf(optional.find((each) => each.tag === tag))[0];
  return ecKey(curveOfAlgorithm ?? inner(TAG.curve), inner(TAG.point));
}

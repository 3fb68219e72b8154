/** Verifies that the requester of a certificate has its private key: the request is signed with it. */
import type { ParsedRequest } from "../../api/machinery/x509/certificate-request.ts";
import { childrenOf, elementsOf, oidText } from "../../api/machinery/x509/der-reader.ts";

const HASHES: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.1": "SHA-1",
  "1.2.840.10045.4.3.2": "SHA-256",
  "1.2.840.10045.4.3.3": "SHA-384",
  "1.2.840.10045.4.3.4": "SHA-512",
  "1.2.840.113549.1.1.5": "SHA-1",
  "1.2.840.113549.1.1.11": "SHA-256",
  "1.2.840.113549.1.1.12": "SHA-384",
  "1.2.840.113549.1.1.13": "SHA-512",
};
const CURVES: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  "1.2.840.10045.3.1.7": ["P-256", 32],
  "1.3.132.0.34": ["P-384", 48],
  "1.3.132.0.35": ["P-521", 66],
};
const ED25519 = "1.3.101.112";

export const provesPossession = async (request: ParsedRequest): Promise<boolean> =>
  (await verifySignature(request)) === "valid";

/**
 * Go's text of what is wrong with the signature; undefined if it is valid. One that cannot be verified is not valid:
 * anybody could request a certificate for a key of somebody else by changing the algorithm's identifier.
 */
export async function signatureProblem(request: ParsedRequest): Promise<string | undefined> {
  const verdict = await verifySignature(request);
  if (verdict === "valid") return undefined;
  if (verdict === "unknown") return "x509: cannot verify signature: algorithm unimplemented";
  if (request.algorithm === ED25519) return "x509: Ed25519 verification failure";
  return isRsa(request) ? "crypto/rsa: verification error" : "x509: ECDSA verification failure";
}

const isRsa = ({ algorithm }: ParsedRequest): boolean => algorithm.startsWith("1.2.840.113549");

type Verdict = "valid" | "invalid" | "unknown";

async function verifySignature(request: ParsedRequest): Promise<Verdict> {
  const { algorithm, signature, signed, publicKey } = request;
  const hash = HASHES[algorithm];
  if (algorithm === ED25519) return verify({ name: "Ed25519" }, { publicKey, signature, signed });
  if (!hash) return "unknown";
  if (isRsa(request)) return verify({ name: "RSASSA-PKCS1-v1_5", hash }, { publicKey, signature, signed });
  const [curve, size] = curveOf(publicKey) ?? [];
  if (curve === undefined || size === undefined) return "unknown";
  const raw = rawSignature(signature, size);
  return verify({ name: "ECDSA", namedCurve: curve, hash }, { publicKey, signature: raw, signed });
}

type Signed = { readonly publicKey: Uint8Array; readonly signature: Uint8Array; readonly signed: Uint8Array };
type Algorithm = { readonly name: string; readonly hash?: string; readonly namedCurve?: string };

async function verify(algorithm: Algorithm, { publicKey, signature, signed }: Signed): Promise<Verdict> {
  try {
    const key = await crypto.subtle.importKey("spki", publicKey.slice(), algorithm, false, ["verify"]);
    return (await crypto.subtle.verify(algorithm, key, signature.slice(), signed.slice())) ? "valid" : "invalid";
  } catch {
    // A key that the platform does not take.
    return "unknown";
  }
}

function curveOf(publicKey: Uint8Array): readonly [string, number] | undefined {
  const [, parameters] = childrenOf(childrenOf([...elementsOf(publicKey)][0])[0]);
  return parameters && CURVES[oidText(parameters.content)];
}

/** Web Crypto expects `r` and `s` concatenated, each padded to the size of the curve. */
function rawSignature(der: Uint8Array, size: number): Uint8Array {
  const raw = new Uint8Array(2 * size);
  childrenOf([...elementsOf(der)][0]).forEach(({ content }, position) => {
    const digits = content.subarray(content.findIndex((byte) => byte !== 0));
    if (digits.length <= size) raw.set(digits, (position + 1) * size - digits.length);
  });
  return raw;
}

/** JWT signatures (RFC 7518), for the algorithms that issuers use. `none` and shared secrets are not among them. */
import { ownMember } from "../../../api/machinery/json/own-member.ts";

interface Algorithm {
  readonly import: SubtleCryptoImportKeyAlgorithm;
  readonly verify: SubtleCryptoSignAlgorithm;
}

const rsa = (name: "RSASSA-PKCS1-v1_5" | "RSA-PSS", bits: 256 | 384 | 512): Algorithm => ({
  import: { name, hash: `SHA-${bits}` },
  verify: name === "RSA-PSS" ? { name, saltLength: bits / 8 } : { name },
});
const ecdsa = (namedCurve: string, bits: number): Algorithm => ({
  import: { name: "ECDSA", namedCurve },
  verify: { name: "ECDSA", hash: `SHA-${bits}` },
});

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  RS256: rsa("RSASSA-PKCS1-v1_5", 256),
  RS384: rsa("RSASSA-PKCS1-v1_5", 384),
  RS512: rsa("RSASSA-PKCS1-v1_5", 512),
  PS256: rsa("RSA-PSS", 256),
  PS384: rsa("RSA-PSS", 384),
  PS512: rsa("RSA-PSS", 512),
  ES256: ecdsa("P-256", 256),
  ES384: ecdsa("P-384", 384),
  ES512: ecdsa("P-521", 512),
};

export interface SigningKey extends JsonWebKey {
  readonly kid?: string;
}

export interface Signed {
  readonly algorithm: string;
  /** What was signed: the token's first two parts. */
  readonly text: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** Whether the key made the signature. A key that states its algorithm is used for no other. */
export async function isSignedWith(key: SigningKey, { algorithm, text, signature }: Signed): Promise<boolean> {
  const known = ownMember(ALGORITHMS, algorithm);
  if (!known || (key.alg !== undefined && key.alg !== algorithm)) return false;
  if ((key.use ?? "sig") !== "sig" || key.kty !== (algorithm.startsWith("ES") ? "EC" : "RSA")) return false;
  const { kid: _, key_ops: __, ...jwk } = key;
  try {
    const imported = await crypto.subtle.importKey("jwk", jwk, known.import, false, ["verify"]);
    return await crypto.subtle.verify(known.verify, imported, signature, new TextEncoder().encode(text));
  } catch {
    // Not a valid key.
    return false;
  }
}

/** A node's identity to the other nodes: an X25519 key, whose public half its Node carries as an annotation. */
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "network-key.pem";

export interface NetworkKey {
  readonly privateKey: KeyObject;
  /** 32 bytes, base64url. */
  readonly publicKey: string;
}

const withPublicHalf = (privateKey: KeyObject): NetworkKey => ({
  privateKey,
  publicKey: createPublicKey(privateKey).export({ format: "jwk" }).x ?? "",
});

export const makeNetworkKey = (): NetworkKey => withPublicHalf(generateKeyPairSync("x25519").privateKey);

/** The node's own key, created at the first start. */
export function loadNetworkKey(dataDirectory: string): NetworkKey {
  const file = join(dataDirectory, FILE);
  if (existsSync(file)) return withPublicHalf(createPrivateKey(readFileSync(file)));
  const key = makeNetworkKey();
  writeFileSync(file, key.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  return key;
}

/** A secret that only the owners of the two keys can compute. Undefined if the other, which others wrote, is no key. */
export function sharedSecret({ privateKey }: NetworkKey, publicKey: string): Buffer | undefined {
  try {
    const other = createPublicKey({ key: { kty: "OKP", crv: "X25519", x: publicKey }, format: "jwk" });
    return diffieHellman({ privateKey, publicKey: other });
  } catch {
    return undefined;
  }
}

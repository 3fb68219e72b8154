/**
 * The key that signs a cluster's service account tokens. It is made at the first use and never leaves this object:
 * others hand in claims and get a token, or ask for the public half.
 */
import { DurableObject } from "cloudflare:workers";
import { base64Url } from "../api/machinery/base64url.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;
const STORED = "service-account-key";

interface KeyPair {
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: JsonWebKey;
}

export interface PublicKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: "ES256";
  readonly use: "sig";
}

export class ClusterKeys extends DurableObject {
  #pair: Promise<KeyPair> | undefined;

  /** A JWT with these claims (RFC 7519), signed with ES256. */
  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const { id, privateKey } = await this.#key();
    const encoder = new TextEncoder();
    const header = base64Url(encoder.encode(JSON.stringify({ alg: "ES256", kid: id })));
    const body = `${header}.${base64Url(encoder.encode(JSON.stringify(claims)))}`;
    const signature = await crypto.subtle.sign(SIGNATURE, privateKey, encoder.encode(body));
    return `${body}.${base64Url(new Uint8Array(signature))}`;
  }

  /** The keys that verify tokens of this cluster, as a JWKS lists them. */
  async publicKeys(): Promise<PublicKey[]> {
    const { id, publicKey } = await this.#key();
    const { x = "", y = "" } = publicKey;
    return [{ kty: "EC", crv: "P-256", x, y, kid: id, alg: "ES256", use: "sig" }];
  }

  #key(): Promise<KeyPair> {
    this.#pair ??= this.ctx.blockConcurrencyWhile(() => this.#loadOrMake());
    return this.#pair;
  }

  async #loadOrMake(): Promise<KeyPair> {
    const stored = this.ctx.storage.kv.get<JsonWebKey>(STORED);
    const jwk = stored ?? (await this.#make());
    const { d: _, ...publicKey } = jwk;
    const privateKey = await crypto.subtle.importKey("jwk", jwk, ALGORITHM, false, ["sign"]);
    return { id: await thumbprint(publicKey), privateKey, publicKey };
  }

  async #make(): Promise<JsonWebKey> {
    const pair = (await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
    const jwk = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
    this.ctx.storage.kv.put(STORED, jwk);
    return jwk;
  }
}

/** RFC 7638. */
async function thumbprint({ crv, kty, x, y }: JsonWebKey): Promise<string> {
  const canonical = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }));
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", canonical)));
}

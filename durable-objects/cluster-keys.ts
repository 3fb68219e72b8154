/**
 * The keys that sign a cluster's service account tokens, and the certificates that its signers issue. Each is made at
 * the first use and never leaves this object: others hand in what is to be signed, or ask for the public half.
 */
import { DurableObject } from "cloudflare:workers";
import { base64Url } from "../api/machinery/base64url.ts";
import {
  assemble,
  commonName,
  derSignature,
  extensions,
  keyUsage,
  toBeSigned,
} from "../api/machinery/x509/certificate.ts";
import { eraseObject } from "./erase-object.ts";
import { isOutdated, openKey, type StoredKey, sealKey } from "./sealing/sealed-keys.ts";
import { Sealer } from "./sealing/sealer.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;
const STORED = "service-account-key";
const AUTHORITY = "client-authority";
const AUTHORITY_NAME = "sailplane-client-ca";
const AUTHORITY_MS = 10 * 365 * 86_400_000;

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

/** Who signs certificates, and until when (ms). Name and certificate are DER. */
export interface ClientAuthority {
  readonly name: Uint8Array;
  readonly certificate: Uint8Array;
  readonly keyId: Uint8Array;
  readonly until: number;
}

interface Authority extends ClientAuthority {
  readonly key: JsonWebKey;
}

interface StoredAuthority extends ClientAuthority {
  readonly key: StoredKey;
}

export interface ClusterKeysEnv {
  /** What private keys are encrypted with (docs/spec/encryption.md). */
  readonly ENCRYPTION_KEYS?: string;
}

export class ClusterKeys extends DurableObject<ClusterKeysEnv> {
  #pair: Promise<KeyPair> | undefined;
  #authority: Promise<Authority> | undefined;

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

  /** The authority of the certificates that {@link signCertificate} signs. */
  async clientAuthority(): Promise<ClientAuthority> {
    const { key: _, ...authority } = await this.#clientAuthority();
    return authority;
  }

  /** ECDSA over SHA-256, `r` and `s` side by side. */
  async signCertificate(toBeSigned: Uint8Array): Promise<Uint8Array> {
    const { key } = await this.#clientAuthority();
    const privateKey = await crypto.subtle.importKey("jwk", key, ALGORITHM, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign(SIGNATURE, privateKey, toBeSigned));
  }

  #clientAuthority(): Promise<Authority> {
    this.#authority ??= this.ctx.blockConcurrencyWhile(async () => {
      const { kv } = this.ctx.storage;
      const sealer = this.#sealer();
      const stored = kv.get<StoredAuthority>(AUTHORITY) ?? (await makeAuthority(Date.now()));
      const key = openKey(sealer, stored.key, AUTHORITY);
      kv.put<StoredAuthority>(AUTHORITY, { ...stored, key: sealKey(sealer, key, AUTHORITY) });
      return { ...stored, key };
    });
    return this.#authority;
  }

  /** Writes again what is not sealed with the newest key. */
  async reseal(): Promise<void> {
    const { kv } = this.ctx.storage;
    const sealer = this.#sealer();
    const key = kv.get<StoredKey>(STORED);
    if (key && isOutdated(sealer, key)) kv.put(STORED, sealKey(sealer, openKey(sealer, key, STORED), STORED));
    const authority = kv.get<StoredAuthority>(AUTHORITY);
    if (!authority || !isOutdated(sealer, authority.key)) return;
    const again = sealKey(sealer, openKey(sealer, authority.key, AUTHORITY), AUTHORITY);
    kv.put<StoredAuthority>(AUTHORITY, { ...authority, key: again });
  }

  #sealer(): Sealer | undefined {
    return Sealer.parse(this.env.ENCRYPTION_KEYS);
  }

  /** The cluster is deleted: one of the same name makes keys of its own. */
  async erase(): Promise<void> {
    await eraseObject(this.ctx);
  }

  #key(): Promise<KeyPair> {
    this.#pair ??= this.ctx.blockConcurrencyWhile(() => this.#loadOrMake());
    return this.#pair;
  }

  async #loadOrMake(): Promise<KeyPair> {
    await this.reseal();
    const stored = this.ctx.storage.kv.get<StoredKey>(STORED);
    const jwk = stored ? openKey(this.#sealer(), stored, STORED) : await this.#make();
    const { d: _, ...publicKey } = jwk;
    const privateKey = await crypto.subtle.importKey("jwk", jwk, ALGORITHM, false, ["sign"]);
    return { id: await thumbprint(publicKey), privateKey, publicKey };
  }

  async #make(): Promise<JsonWebKey> {
    const pair = (await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
    const jwk = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
    this.ctx.storage.kv.put(STORED, sealKey(this.#sealer(), jwk, STORED));
    return jwk;
  }
}

async function makeAuthority(now: number): Promise<Authority> {
  const pair = (await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = new Uint8Array((await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer);
  // A P-256 key is the last 65 bytes of its SubjectPublicKeyInfo.
  const keyId = new Uint8Array(await crypto.subtle.digest("SHA-1", publicKey.slice(-65)));
  const name = commonName(AUTHORITY_NAME);
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

/** RFC 7638. */
async function thumbprint({ crv, kty, x, y }: JsonWebKey): Promise<string> {
  const canonical = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }));
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", canonical)));
}

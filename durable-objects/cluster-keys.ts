/**
 * The keys that sign a cluster's service account tokens and the certificates that its signers issue. Each is generated
 * on first use and never leaves this object: callers pass in what is to be signed, or ask for the public half.
 */
import { DurableObject } from "cloudflare:workers";
import { base64Url } from "../api/machinery/encoding/base64url.ts";
import { renderPem } from "../api/machinery/x509/pem.ts";
import { DEFAULT_CLUSTER } from "../worker/cluster.ts";
import { type Authority, type ClientAuthority, issueIdentity, makeAuthority } from "./certificate-authority.ts";
import { eraseObject } from "./erase-object.ts";
import { isOutdated, lostKeyOf, openKey, type StoredKey, sealKey } from "./sealing/sealed-keys.ts";
import { Sealer } from "./sealing/sealer.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;
const STORED = "service-account-key";
const AUTHORITY = "client-authority";
const FRONT_PROXY_AUTHORITY = "front-proxy-authority";
const AUTHORITY_NAMES = {
  [AUTHORITY]: "sailplane-client-ca",
  [FRONT_PROXY_AUTHORITY]: "sailplane-front-proxy-ca",
} as const;
type AuthorityName = keyof typeof AUTHORITY_NAMES;
/** Lifetime of an identity; it is replaced after half of it. */
const FRONT_PROXY_MS = 3_600_000;

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

/** The client identity that the control plane presents to aggregated API servers. All PEM. */
export interface FrontProxy {
  readonly certificate: string;
  readonly key: string;
}

interface StoredAuthority extends ClientAuthority {
  readonly key: StoredKey;
}

export interface ClusterKeysEnv {
  /** Keys that private keys are encrypted with (docs/spec/encryption.md). */
  readonly ENCRYPTION_KEYS?: string;
}

export class ClusterKeys extends DurableObject<ClusterKeysEnv> {
  #pair: Promise<KeyPair> | undefined;
  readonly #authorities = new Map<AuthorityName, Promise<StoredAuthority>>();
  #frontProxy: { readonly identity: FrontProxy; readonly until: number } | undefined;

  /** A JWT (RFC 7519) with these claims, signed with ES256. */
  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const { id, privateKey } = await this.#key();
    const encoder = new TextEncoder();
    const header = base64Url(encoder.encode(JSON.stringify({ ...ofCluster(this.ctx.id.name), alg: "ES256", kid: id })));
    const body = `${header}.${base64Url(encoder.encode(JSON.stringify(claims)))}`;
    const signature = await crypto.subtle.sign(SIGNATURE, privateKey, encoder.encode(body));
    return `${body}.${base64Url(new Uint8Array(signature))}`;
  }

  /** The public keys that verify this cluster's tokens, as JWKS entries. */
  async publicKeys(): Promise<PublicKey[]> {
    const { id, publicKey } = await this.#key();
    const { x = "", y = "" } = publicKey;
    return [{ kty: "EC", crv: "P-256", x, y, kid: id, alg: "ES256", use: "sig" }];
  }

  /** The authority that {@link signCertificate} issues from. */
  async clientAuthority(): Promise<ClientAuthority> {
    const { key: _, ...authority } = await this.#storedAuthority(AUTHORITY);
    return authority;
  }

  /** ECDSA over SHA-256; returns `r` and `s` concatenated. */
  async signCertificate(toBeSigned: Uint8Array): Promise<Uint8Array> {
    const { key } = await this.#authority(AUTHORITY);
    const privateKey = await crypto.subtle.importKey("jwk", key, ALGORITHM, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign(SIGNATURE, privateKey, toBeSigned));
  }

  /** The CA certificate (PEM) by which aggregated API servers recognise {@link frontProxy}. */
  async frontProxyAuthority(): Promise<string> {
    return renderPem("CERTIFICATE", (await this.#storedAuthority(FRONT_PROXY_AUTHORITY)).certificate);
  }

  /** Valid for at least some minutes more. */
  async frontProxy(): Promise<FrontProxy> {
    const now = Date.now();
    const known = this.#frontProxy;
    if (known && now <= known.until - FRONT_PROXY_MS / 2) return known.identity;
    const until = now + FRONT_PROXY_MS;
    const validity = { from: new Date(now), until: new Date(until) };
    const authority = await this.#authority(FRONT_PROXY_AUTHORITY);
    const identity = await issueIdentity(authority, { name: "front-proxy-client", ...validity });
    this.#frontProxy = { identity, until };
    return identity;
  }

  async #authority(name: AuthorityName): Promise<Authority> {
    const stored = await this.#storedAuthority(name);
    return { ...stored, key: openKey(this.#sealer(), stored.key, name) };
  }

  /** As stored: the certificate is readable even where its private key cannot be decrypted. */
  #storedAuthority(name: AuthorityName): Promise<StoredAuthority> {
    const known = this.#authorities.get(name);
    if (known) return known;
    const authority = this.ctx.blockConcurrencyWhile(async () => {
      const { kv } = this.ctx.storage;
      const stored = kv.get<StoredAuthority>(name);
      if (stored) return stored;
      const made = await makeAuthority(AUTHORITY_NAMES[name], Date.now());
      const sealed = { ...made, key: sealKey(this.#sealer(), made.key, name) };
      kv.put<StoredAuthority>(name, sealed);
      return sealed;
    });
    this.#authorities.set(name, authority);
    return authority;
  }

  /** Re-encrypts whatever is not sealed with the newest key. */
  async reseal(): Promise<void> {
    const { kv } = this.ctx.storage;
    const sealer = this.#sealer();
    const key = kv.get<StoredKey>(STORED);
    if (key && isOutdated(sealer, key)) kv.put(STORED, sealKey(sealer, openKey(sealer, key, STORED), STORED));
    for (const name of Object.keys(AUTHORITY_NAMES) as AuthorityName[]) {
      const authority = kv.get<StoredAuthority>(name);
      if (!authority || !isOutdated(sealer, authority.key)) continue;
      const again = sealKey(sealer, openKey(sealer, authority.key, name), name);
      kv.put<StoredAuthority>(name, { ...authority, key: again });
      this.#authorities.delete(name);
    }
  }

  /**
   * The id of an encryption key that is missing and without which some private key cannot be opened, if there is one.
   */
  async lostKey(): Promise<number | undefined> {
    const { kv } = this.ctx.storage;
    const authorities = Object.keys(AUTHORITY_NAMES).map((name) => kv.get<StoredAuthority>(name)?.key);
    const lost = [kv.get<StoredKey>(STORED), ...authorities].map((stored) => lostKeyOf(this.#sealer(), stored));
    return lost.find((id) => id !== undefined);
  }

  #sealer(): Sealer | undefined {
    return Sealer.parse(this.env.ENCRYPTION_KEYS);
  }

  /** Called when the cluster is deleted. A later cluster of the same name generates keys of its own. */
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

/**
 * The first member of the JWT header, where worker/auth/credentials/token-cluster.ts looks for it. Tokens of the
 * default cluster have none, as in Kubernetes.
 */
const ofCluster = (cluster: string | undefined) =>
  cluster === undefined || cluster === DEFAULT_CLUSTER ? {} : { cluster };

/** The JWK thumbprint of RFC 7638. */
async function thumbprint({ crv, kty, x, y }: JsonWebKey): Promise<string> {
  const canonical = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }));
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", canonical)));
}

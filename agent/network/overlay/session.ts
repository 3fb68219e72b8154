/**
 * The encryption between two nodes whose messages the control plane carries and cannot read. Each begins with an
 * ephemeral key; the keys for both directions derive from both sides' long-term and ephemeral keys, so recorded traffic
 * stays secret even if a node's key is stolen later. AES-256-GCM, with increasing message numbers.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { makeNetworkKey, type NetworkKey, sharedSecret } from "./network-key.ts";

const CIPHER = "aes-256-gcm";
const NUMBER = 8;
const TAG = 16;
/** One receiving key for each ephemeral key that the other side has shown on this connection. */
const MAX_HANDSHAKES = 32;

export interface SessionOptions {
  readonly own: { readonly name: string; readonly key: NetworkKey };
  readonly peer: { readonly name: string; readonly publicKey: string };
}

interface Direction {
  readonly key: Buffer;
  /** Of the newest message. */
  number: bigint;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #moment = makeNetworkKey();
  readonly #lasting: Buffer | undefined;
  readonly #known = new Map<string, { readonly sending: Buffer; readonly receiving: Direction }>();
  #current: string | undefined;
  /** Never reset while our ephemeral key is in use: no number is used twice with one key. */
  #sent = 0n;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#lasting = sharedSecret(options.own.key, options.peer.publicKey);
  }

  /** What the other side must know before it can decrypt. */
  get greeting(): Buffer {
    return Buffer.from(this.#moment.publicKey, "base64url");
  }

  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  /** Returns whether the greeting is new, so that its sender must be greeted back. */
  greeted(greeting: Buffer): boolean {
    const other = greeting.toString("base64url");
    if (other === this.#current) return false;
    if (!this.#known.has(other)) {
      if (this.#known.size >= MAX_HANDSHAKES) return false;
      const momentary = sharedSecret(this.#moment, other);
      if (this.#lasting === undefined || momentary === undefined) return false;
      const secret = Buffer.concat([this.#lasting, momentary]);
      const { own, peer } = this.#options;
      const keyOf = (from: string, to: string, first: string, second: string) =>
        Buffer.from(hkdfSync("sha256", secret, "", `sailplane relay ${from} ${to} ${first} ${second}`, 32));
      this.#known.set(other, {
        sending: keyOf(own.name, peer.name, this.#moment.publicKey, other),
        receiving: { key: keyOf(peer.name, own.name, other, this.#moment.publicKey), number: 0n },
      });
    }
    this.#current = other;
    return true;
  }

  /** Undefined before the other side has greeted. */
  seal(plain: Buffer): Buffer | undefined {
    const known = this.#current === undefined ? undefined : this.#known.get(this.#current);
    if (known === undefined) return undefined;
    const nonce = nonceOf(++this.#sent);
    const cipher = createCipheriv(CIPHER, known.sending, nonce);
    return Buffer.concat([nonce.subarray(-NUMBER), cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** Undefined if it is not the other side's, or was received before. */
  open(sealed: Buffer): Buffer | undefined {
    const known = this.#current === undefined ? undefined : this.#known.get(this.#current);
    if (known === undefined || sealed.length < NUMBER + TAG) return undefined;
    const number = sealed.readBigUInt64BE(0);
    if (number <= known.receiving.number) return undefined;
    const decipher = createDecipheriv(CIPHER, known.receiving.key, nonceOf(number));
    decipher.setAuthTag(sealed.subarray(-TAG));
    try {
      const plain = Buffer.concat([decipher.update(sealed.subarray(NUMBER, -TAG)), decipher.final()]);
      known.receiving.number = number;
      return plain;
    } catch {
      return undefined;
    }
  }
}

function nonceOf(number: bigint): Buffer {
  const nonce = Buffer.alloc(4 + NUMBER);
  nonce.writeBigUInt64BE(number, 4);
  return nonce;
}

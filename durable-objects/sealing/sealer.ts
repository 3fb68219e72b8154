/**
 * Encryption at rest: AES-256-GCM under one of the deployment's keys, which are stored apart from the data. Each
 * ciphertext is bound to the place where it is stored, so that it cannot be moved to another.
 *
 *     version 1 | key id, 4 bytes | nonce, 12 bytes | ciphertext | tag, 16 bytes
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

const VERSION = 1;
const HEADER = 5;
const NONCE = 12;
const TAG = 16;
const KEY = 32;

const encoder = new TextEncoder();

export class Sealer {
  /** The id of the key that seals new texts. */
  readonly current: number;
  readonly #keys: ReadonlyMap<number, Uint8Array>;

  private constructor(current: number, keys: ReadonlyMap<number, Uint8Array>) {
    this.current = current;
    this.#keys = keys;
  }

  /** Parses `ID:BASE64,ID:BASE64`: the first key encrypts, every key decrypts. Returns undefined if there is none. */
  static parse(text: string | undefined): Sealer | undefined {
    if (!text) return undefined;
    const keys = text.split(",").map((part): [number, Uint8Array] => {
      const [, id, encoded] = /^(\d{1,10}):([A-Za-z0-9+/]+=*)$/.exec(part.trim()) ?? [];
      const key = encoded === undefined ? undefined : Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
      if (id === undefined || Number(id) > 0xffffffff || key?.length !== KEY)
        throw new Error("ENCRYPTION_KEYS: each is ID:BASE64 of 32 bytes, separated by commas");
      return [Number(id), key];
    });
    return new Sealer(keys[0]?.[0] ?? 0, new Map(keys));
  }

  /** The ids of all keys. */
  get ids(): readonly number[] {
    return [...this.#keys.keys()];
  }

  seal(text: string, place: string): Uint8Array<ArrayBuffer> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const cipher = createCipheriv("aes-256-gcm", this.#key(this.current), nonce);
    cipher.setAAD(encoder.encode(place));
    const parts = [cipher.update(text, "utf8"), cipher.final()];
    const sealed = new Uint8Array(HEADER + NONCE + parts.reduce((sum, { length }) => sum + length, 0) + TAG);
    new DataView(sealed.buffer).setUint8(0, VERSION);
    new DataView(sealed.buffer).setUint32(1, this.current);
    let at = HEADER;
    for (const part of [nonce, ...parts, cipher.getAuthTag()]) {
      sealed.set(part, at);
      at += part.length;
    }
    return sealed;
  }

  /** Throws if the key is missing, or the text was not sealed with it for that place. */
  open(sealed: Uint8Array, place: string): string {
    const nonce = sealed.subarray(HEADER, HEADER + NONCE);
    const decipher = createDecipheriv("aes-256-gcm", this.#key(keyOf(sealed)), nonce);
    decipher.setAAD(encoder.encode(place));
    decipher.setAuthTag(sealed.subarray(-TAG));
    return decipher.update(sealed.subarray(HEADER + NONCE, -TAG), undefined, "utf8") + decipher.final("utf8");
  }

  #key(id: number): Uint8Array {
    const key = this.#keys.get(id);
    if (!key) throw new Error(`sealed with encryption key ${id}, which this deployment does not have`);
    return key;
  }
}

/** The id of the key that it was sealed with. */
export function keyOf(sealed: Uint8Array): number {
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (view.getUint8(0) !== VERSION) throw new Error("sealed in a form that this version does not know");
  return view.getUint32(1);
}

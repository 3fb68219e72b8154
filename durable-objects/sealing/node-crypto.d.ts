/**
 * Of node:crypto, what is used here: the platform has it, its types do not. WebCrypto would not do: it answers later, and a
 * transaction, like the rows that it reads, cannot wait.
 */
declare module "node:crypto" {
  interface GcmCipher {
    setAAD(data: Uint8Array): void;
    update(text: string, encoding: "utf8"): Uint8Array;
    final(): Uint8Array;
    getAuthTag(): Uint8Array;
  }
  interface GcmDecipher {
    setAAD(data: Uint8Array): void;
    setAuthTag(tag: Uint8Array): void;
    update(data: Uint8Array, inputEncoding: undefined, encoding: "utf8"): string;
    final(encoding: "utf8"): string;
  }
  export function createCipheriv(algorithm: "aes-256-gcm", key: Uint8Array, iv: Uint8Array): GcmCipher;
  export function createDecipheriv(algorithm: "aes-256-gcm", key: Uint8Array, iv: Uint8Array): GcmDecipher;
}

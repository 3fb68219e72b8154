/**
 * The parts of node:crypto that are used here; the platform has them, its types do not. WebCrypto will not do: it is
 * asynchronous, and neither a transaction nor the rows that it reads can wait.
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

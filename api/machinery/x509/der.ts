/** The subset of DER (X.690) that certificates need. Each function returns one complete element. */
import { utf8Bytes } from "../encoding/utf8.ts";

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concat(...contents);
  return concat(new Uint8Array([tag]), lengthOf(body), body);
}

export const sequence = (...elements: Uint8Array[]): Uint8Array => element(0x30, ...elements);
export const set = (...elements: Uint8Array[]): Uint8Array => element(0x31, ...elements);
export const octetString = (bytes: Uint8Array): Uint8Array => element(0x04, bytes);
export const utf8String = (text: string): Uint8Array => element(0x0c, utf8Bytes(text));
export const printableString = (text: string): Uint8Array => element(0x13, utf8Bytes(text));
export const boolean = (value: boolean): Uint8Array => element(0x01, new Uint8Array([value ? 0xff : 0]));
/** `[n]`, constructed: an explicit tag. */
export const explicit = (n: number, inner: Uint8Array): Uint8Array => element(0xa0 | n, inner);
/** `[n]`, primitive: an implicit tag. */
export const implicit = (n: number, bytes: Uint8Array): Uint8Array => element(0x80 | n, bytes);

/** A non-negative integer, big-endian. */
export function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? new Uint8Array([0]) : bytes.subarray(start);
  return element(0x02, (digits[0] ?? 0) > 0x7f ? concat(new Uint8Array([0]), digits) : digits);
}

/** `unused` is how many of the last byte's low bits are not part of the string. */
export const bitString = (bytes: Uint8Array, unused = 0): Uint8Array => element(0x03, new Uint8Array([unused]), bytes);

/** Named bits, such as KeyUsage: bit 0 is the first. */
export function namedBits(...bits: number[]): Uint8Array {
  const last = Math.max(...bits);
  const bytes = new Uint8Array(Math.floor(last / 8) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, 7 - (last & 7));
}

/** An object identifier, `1.2.840.10045.4.3.2`. */
export function objectIdentifier(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  return element(0x06, new Uint8Array([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTCTime until 2049, GeneralizedTime after, according to RFC 5280 4.1.2.5. */
export function time(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, "");
  return date.getUTCFullYear() < 2050 ? element(0x17, utf8Bytes(digits.slice(2))) : element(0x18, utf8Bytes(digits));
}

function base128(number: number): number[] {
  const bytes = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  if (length < 0x80) return new Uint8Array([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return new Uint8Array([0x80 | bytes.length, ...bytes]);
}

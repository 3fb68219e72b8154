/**
 * gzip (RFC 1952) put together from parts that were compressed by themselves, as pigz does it: each ends at a byte and refers to
 * nothing before it, so a part that was compressed for one answer is good for every other. zlib's fastest level, as kube-apiserver.
 */
import { constants, crc32, deflateRawSync } from "node:zlib";

export interface Deflated {
  readonly bytes: Uint8Array;
  /** Of what was compressed: its CRC-32, and its length in bytes. */
  readonly crc: number;
  readonly length: number;
}

export const deflate = (bytes: Uint8Array): Deflated => ({
  bytes: deflateRawSync(bytes, { level: 1, finishFlush: constants.Z_SYNC_FLUSH }),
  crc: crc32(bytes),
  length: bytes.length,
});

/** No name, no time, no system. */
export const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** What follows the parts: an empty last block, and the CRC-32 and the length of all. */
export function gzipTrailer({ crc, length }: Omit<Deflated, "bytes">): Uint8Array {
  const trailer = new Uint8Array(10);
  const view = new DataView(trailer.buffer);
  view.setUint16(0, 0x0300);
  view.setUint32(2, crc, true);
  view.setUint32(6, length % 2 ** 32, true);
  return trailer;
}

/** The CRC-32 of one thing followed by another, from theirs: the first is moved by as many zero bytes as the second is long. */
export function joinCrc(crc: number, next: Omit<Deflated, "bytes">): number {
  let moved = crc;
  for (let bit = 0, length = next.length; length > 0; bit++, length = Math.floor(length / 2)) {
    if (length % 2 === 1) moved = multiply(powers(bit), moved);
  }
  return (moved ^ next.crc) >>> 0;
}

/** Bits of a CRC are coefficients of a polynomial, the highest bit that of x⁰; arithmetic is modulo this one. */
const POLYNOMIAL = 0xedb88320;

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}

/** x to the power of 8 · 2ⁿ: what moves by 2ⁿ zero bytes. */
const known: number[] = [0x00800000];
function powers(n: number): number {
  const power = known[n];
  if (power !== undefined) return power;
  const root = powers(n - 1);
  known[n] = multiply(root, root);
  return known[n];
}

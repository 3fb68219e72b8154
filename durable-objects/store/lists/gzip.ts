/**
 * gzip (RFC 1952) streams assembled from independently compressed parts, as pigz does: each part ends on a byte
 * boundary and refers to nothing before it, so a part compressed for one answer fits every other. Uses zlib's fastest
 * level, like kube-apiserver.
 */
import { constants, crc32, deflateRawSync } from "node:zlib";

export interface Deflated {
  readonly bytes: Uint8Array;
  /** CRC-32 and byte length of the uncompressed input. */
  readonly crc: number;
  readonly length: number;
}

export const deflate = (bytes: Uint8Array): Deflated => ({
  bytes: deflateRawSync(bytes, { level: 1, finishFlush: constants.Z_SYNC_FLUSH }),
  crc: crc32(bytes),
  length: bytes.length,
});

/** No file name, no time, no operating system. */
export const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** What follows the parts: an empty final block, then the CRC-32 and the length of the whole. */
export function gzipTrailer({ crc, length }: Omit<Deflated, "bytes">): Uint8Array {
  const trailer = new Uint8Array(10);
  const view = new DataView(trailer.buffer);
  view.setUint16(0, 0x0300);
  view.setUint32(2, crc, true);
  view.setUint32(6, length % 2 ** 32, true);
  return trailer;
}

/**
 * The CRC-32 of a concatenation, from those of both halves: the first is shifted by as many zero bytes as the second is
 * long.
 */
export function joinCrc(crc: number, next: Omit<Deflated, "bytes">): number {
  let moved = crc;
  for (let bit = 0, length = next.length; length > 0; bit++, length = Math.floor(length / 2)) {
    if (length % 2 === 1) moved = multiply(powers(bit), moved);
  }
  return (moved ^ next.crc) >>> 0;
}

/**
 * The bits of a CRC are the coefficients of a polynomial, the highest bit being that of x⁰. Arithmetic is modulo this
 * polynomial.
 */
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

/** x to the power of 8 · 2ⁿ, the factor that shifts by 2ⁿ zero bytes. */
const known: number[] = [0x00800000];
function powers(n: number): number {
  const power = known[n];
  if (power !== undefined) return power;
  const root = powers(n - 1);
  known[n] = multiply(root, root);
  return known[n];
}

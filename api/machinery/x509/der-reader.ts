/** Reads DER (X.690): consecutive elements. */

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Including tag and length. */
  readonly whole: Uint8Array;
}

/** The elements in these bytes; iteration stops at malformed ones. */
export function* elementsOf(bytes: Uint8Array): Generator<Element> {
  for (let at = 0; at + 2 <= bytes.length; ) {
    const start = at;
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      length = bytes.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    if (at + length > bytes.length) return;
    yield { tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) };
    at += length;
  }
}

/** The elements inside an element, if it exists. */
export const childrenOf = (outer: Element | undefined): readonly Element[] =>
  outer ? [...elementsOf(outer.content)] : [];

/** `2.5.4.10`, from the content of an object identifier. */
export function oidText(content: Uint8Array): string {
  const [first = 0, ...rest] = content;
  const arcs = [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40))];
  let arc = 0;
  for (const byte of rest) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs.join(".");
}

/** A cursor over one protobuf message. */
import { MAX_STRUCTS, TOO_MANY_STRUCTS } from "../json/json-syntax.ts";
import { WIRE_BYTES, WIRE_END_GROUP, WIRE_FIXED32, WIRE_FIXED64, WIRE_START_GROUP, WIRE_VARINT } from "./writer.ts";

/** Bytes that are not a valid message, in Go's words where Go has any. */
export class ProtobufProblem extends Error {}

const malformed = (of: string, problem: string) =>
  new ProtobufProblem(`proto: ${of.slice(of.lastIndexOf(".") + 1)}: ${problem}`);

/** `field` is its name in Go. */
export const wrongWireType = (wireType: number, field: string) =>
  new ProtobufProblem(`proto: wrong wireType = ${wireType} for field ${field}`);

interface Header {
  readonly number: number;
  readonly wireType: number;
}

/** Tags may be negative. */
const headerIn = (tag: number): Header => ({ number: Math.floor(tag / 8) | 0, wireType: tag & 7 });

export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;
  /** For the whole body: an empty message takes only two bytes. */
  #count = { structs: 0 };

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
  }

  countStruct(): void {
    if (++this.#count.structs > MAX_STRUCTS) throw new ProtobufProblem(TOO_MANY_STRUCTS);
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The header of the next field. `of` is the message's type, for errors: `core.v1.Pod` or `Pod`. */
  tag(of: string): Header {
    const tag = this.varint();
    const header = headerIn(tag);
    if (header.wireType === WIRE_END_GROUP) throw malformed(of, "wiretype end group for non-group");
    if (header.number <= 0)
      throw malformed(of, `illegal tag ${header.number} (wire type ${BigInt.asUintN(64, BigInt(tag))})`);
    return header;
  }

  /** The same in an entry of a map, where Kubernetes takes any. */
  entryTag(): Header {
    return headerIn(this.varint());
  }

  /** Signed, 64 bits; rounded beyond 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let from = this.#at; ; scale *= 0x80) {
      if (this.#at >= this.#end) throw new ProtobufProblem("unexpected EOF");
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      if (this.#at - from >= 7) return Number(BigInt.asIntN(64, this.#bigVarint(from)));
    }
    return value;
  }

  /** The lowest 32 bits. */
  int32(): number {
    const from = this.#at;
    const value = this.varint();
    return Number.isSafeInteger(value) ? value | 0 : Number(BigInt.asIntN(32, this.#bigVarint(from)));
  }

  #bigVarint(from: number): bigint {
    let value = 0n;
    this.#at = from;
    for (let shift = 0n; ; shift += 7n) {
      if (shift >= 70n) throw new ProtobufProblem("proto: integer overflow");
      if (this.#at >= this.#end) throw new ProtobufProblem("unexpected EOF");
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  double(): number {
    return new DataView(this.#take(8).slice().buffer).getFloat64(0, true);
  }

  /** The bytes of a length-delimited field, shared with the message. */
  bytes(): Uint8Array {
    return this.#take(this.#lengthAhead());
  }

  message(): ProtobufReader {
    const length = this.#lengthAhead();
    const from = this.#at;
    this.#take(length);
    const within = new ProtobufReader(this.#bytes, from, from + length);
    within.#count = this.#count;
    return within;
  }

  text(): string {
    return decodeUtf8(this.bytes());
  }

  /** Passes over the value of an unknown field. Groups, which no message has, nest. */
  skip(first: number): void {
    let depth = 0;
    for (let wireType = first; ; wireType = this.entryTag().wireType) {
      if (wireType === WIRE_START_GROUP) depth++;
      else if (wireType === WIRE_END_GROUP) depth--;
      else if (wireType === WIRE_VARINT) this.varint();
      else if (wireType === WIRE_BYTES) this.bytes();
      else if (wireType === WIRE_FIXED64) this.#take(8);
      else if (wireType === WIRE_FIXED32) this.#take(4);
      else throw new ProtobufProblem(`proto: illegal wireType ${wireType}`);
      if (depth < 0) throw new ProtobufProblem("proto: unexpected end of group");
      if (depth === 0) return;
    }
  }

  #lengthAhead(): number {
    const length = this.varint();
    // Go's sum of the position and such a length overflows.
    if (length < 0 || length >= 2 ** 63) throw new ProtobufProblem("proto: negative length found during unmarshaling");
    return length;
  }

  #take(length: number): Uint8Array {
    if (this.#at + length > this.#end) throw new ProtobufProblem("unexpected EOF");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/** The text of UTF-8 bytes; malformed ones become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const units: number[] = [];
    while (at < bytes.length && units.length < 4096) {
      const { code, length } = codePointAt(bytes, at);
      at += length;
      if (code < 0x10000) units.push(code);
      else units.push(0xd7c0 + (code >> 10), 0xdc00 | (code & 0x3ff));
    }
    text += String.fromCharCode(...units);
  }
  return text;
}

const MALFORMED = { code: 0xfffd, length: 1 };
const SMALLEST = [0, 0x80, 0x800, 0x10000];

function codePointAt(bytes: Uint8Array, at: number): { code: number; length: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { code: first, length: 1 };
  const continuations = first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
  if (continuations < 0) return MALFORMED;
  let code = first & (0x3f >> continuations);
  for (let index = 1; index <= continuations; index++) {
    const next = bytes[at + index] ?? 0;
    if ((next & 0xc0) !== 0x80) return MALFORMED;
    code = (code << 6) | (next & 0x3f);
  }
  const isCodePoint = code >= (SMALLEST[continuations] ?? 0) && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCodePoint ? { code, length: continuations + 1 } : MALFORMED;
}

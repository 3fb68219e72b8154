import { toInt64 } from "../json/exact-json.ts";

/**
 * Writes protobuf from the end to the beginning, so that a message's length is known when its header is written. Fields
 * must be written in descending order.
 */
export class ProtobufWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #at: number;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#at = capacity;
  }

  /** How much has been written. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#at);
  }

  /** The header of the field whose value was just written. */
  tag(number: number, wireType: WireType): void {
    this.varint(number * 8 + wireType);
  }

  /** The header of a length-delimited field that began when the writer's length was `before`. */
  delimited(number: number, before: number): void {
    this.varint(this.length - before);
    this.tag(number, WIRE_BYTES);
  }

  /** An integer; negative ones take ten bytes, in two's complement. */
  varint(value: number): void {
    if (value >= 0 && value < 0x80) {
      this.#reserve(1);
      this.#bytes[--this.#at] = value;
    } else if (Number.isSafeInteger(value) && value >= 0) this.#septets(value);
    else this.#bigVarint(BigInt.asUintN(64, toInt64(value)));
  }

  #septets(value: number): void {
    let count = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count++;
    this.#reserve(count);
    this.#at -= count;
    let rest = value;
    for (let index = 0; index < count; index++) {
      this.#bytes[this.#at + index] = (rest % 0x80) | (index < count - 1 ? 0x80 : 0);
      rest = Math.floor(rest / 0x80);
    }
  }

  #bigVarint(value: bigint): void {
    const septets: number[] = [];
    for (let rest = value; ; rest >>= 7n) {
      septets.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      if (rest <= 0x7fn) break;
    }
    this.raw(Uint8Array.from(septets));
  }

  double(value: number): void {
    this.raw(new Uint8Array(new Float64Array([value]).buffer));
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }

  /** UTF-8. */
  text(text: string): void {
    this.#reserve(text.length * 3);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = text.length - 1; index >= 0; index--) {
      let code = text.charCodeAt(index);
      if (code < 0x80) {
        bytes[--at] = code;
        continue;
      }
      if (code >= 0xdc00 && code < 0xe000 && index > 0) {
        const high = text.charCodeAt(index - 1);
        if (high >= 0xd800 && high < 0xdc00) {
          code = 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00);
          index--;
        }
      }
      if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
      const continuations = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      for (let left = 0; left < continuations; left++) {
        bytes[--at] = 0x80 | (code & 0x3f);
        code >>= 6;
      }
      bytes[--at] = ((0xff00 >> (continuations + 1)) & 0xff) | code;
    }
    this.#at = at;
  }

  #reserve(count: number): void {
    if (this.#at >= count) return;
    const used = this.length;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, used + count));
    grown.set(this.finish(), grown.length - used);
    this.#bytes = grown;
    this.#at = grown.length - used;
  }
}

export type WireType = 0 | 1 | 2 | 5;
export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;
/** Groups are never written, but passed over. */
export const WIRE_START_GROUP = 3;
export const WIRE_END_GROUP = 4;

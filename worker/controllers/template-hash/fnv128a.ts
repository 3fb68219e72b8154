import { utf8Bytes } from "../../../api/machinery/encoding/utf8.ts";

/** 128-bit FNV-1a of a text's UTF-8, in hexadecimal. */
export function fnv128a(text: string): string {
  // Four 32-bit words, lowest first.
  let [a, b, c, d] = [0x6295c58d, 0x62b82175, 0x07bb0142, 0x6c62272e];
  for (const byte of utf8Bytes(text)) {
    a = (a ^ byte) >>> 0;
    // The prime is 2^88 + 0x13b; its first term shifts the lowest words up by two words and 24 bits.
    const low = a * 0x13b;
    const second = b * 0x13b + Math.floor(low / 2 ** 32);
    const third = c * 0x13b + Math.floor(second / 2 ** 32) + ((a << 24) >>> 0);
    const fourth = d * 0x13b + Math.floor(third / 2 ** 32) + ((((b << 24) >>> 0) | (a >>> 8)) >>> 0);
    [a, b, c, d] = [low >>> 0, second >>> 0, third >>> 0, fourth >>> 0];
  }
  return [d, c, b, a].map((word) => word.toString(16).padStart(8, "0")).join("");
}

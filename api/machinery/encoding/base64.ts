/** Standard base64 with padding, compatible with Go's base64.StdEncoding. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Int16Array(128).fill(-1);
for (let value = 0; value < 64; value++) values[alphabet.charCodeAt(value)] = value;

const valueAt = (text: string, at: number) => values[text.charCodeAt(at)] ?? -1;

/** The bytes, or the offset of the first character that Go would reject. Line breaks are skipped. */
export function decodeBase64(text: string): Uint8Array | number {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let length = 0;
  let buffer = 0;
  let held = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const value = valueAt(text, at);
    if (value >= 0) {
      buffer = (buffer << 6) | value;
      if (++held === 4) {
        bytes[length++] = (buffer >> 16) & 255;
        bytes[length++] = (buffer >> 8) & 255;
        bytes[length++] = buffer & 255;
        buffer = held = 0;
      }
    } else if (!isLineBreak(text, at)) break;
  }
  if (at === text.length) return held === 0 ? bytes.subarray(0, length) : at - held;
  if (text[at] !== "=" || held < 2) return at;
  const end = paddingEnd(text, at, 4 - held);
  if (end < 0) return -end - 1;
  if (held === 2) bytes[length++] = (buffer >> 4) & 255;
  else {
    bytes[length++] = (buffer >> 10) & 255;
    bytes[length++] = (buffer >> 2) & 255;
  }
  return bytes.subarray(0, length);
}

const isLineBreak = (text: string, at: number) => text[at] === "\n" || text[at] === "\r";

/** The end of the text if padding of that length completes it; else -(offset + 1) of the error. */
function paddingEnd(text: string, from: number, length: number): number {
  let at = from + 1;
  if (length === 2) {
    while (isLineBreak(text, at)) at++;
    if (at >= text.length) return -text.length - 1;
    if (text[at] !== "=") return -at;
    at++;
  }
  while (isLineBreak(text, at)) at++;
  return at === text.length ? at : -at - 1;
}

export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const three = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    part += alphabet.charAt(three >> 18) + alphabet.charAt((three >> 12) & 63);
    part += left > 1 ? alphabet.charAt((three >> 6) & 63) : "=";
    part += left > 2 ? alphabet.charAt(three & 63) : "=";
    if (part.length > 8192) {
      parts.push(part);
      part = "";
    }
  }
  return parts.join("") + part;
}

const NOT_ASCII = /[\u0080-\uffff]/;

/** The length of a text in UTF-8 bytes, which Kubernetes' limits count. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  // ASCII, which is most of what there is, is searched faster than a loop could read it.
  const first = text.search(NOT_ASCII);
  if (first < 0) return bytes;
  for (let i = first; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes, so each half adds one.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** The text's UTF-8, for code without access to the platform's encoder. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes[at++] = code;
    else {
      const trailing = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      bytes[at++] = ((0xff00 >> (trailing + 1)) & 0xff) | (code >> (6 * trailing));
      for (let shift = trailing - 1; shift >= 0; shift--) bytes[at++] = 0x80 | ((code >> (6 * shift)) & 63);
    }
  }
  return bytes;
}

/** The text of UTF-8 bytes; of invalid ones, the ASCII is kept. */
export function textOfUtf8(bytes: Uint8Array): string {
  const escaped = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  try {
    return decodeURIComponent(escaped);
  } catch {
    return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : "\ufffd")).join("");
  }
}

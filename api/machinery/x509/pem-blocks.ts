/** The blocks of a PEM text (RFC 7468), as Go finds them. */

export interface PemBlock {
  readonly type: string;
  /** Whether the block has headers before its data. */
  readonly headers: boolean;
  readonly base64: string;
}

const BLOCK = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----(?:\r?\n|$)/g;

/** Decodes base64 to a binary string, without the platform's decoder. Never throws: invalid input ends the text. */
export function binaryOfBase64(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let bits = 0;
  let value = 0;
  let decoded = "";
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) continue;
    value = ((value << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    decoded += String.fromCharCode((value >> bits) & 0xff);
  }
  return decoded;
}

/**
 * `base64` is the field as in JSON: the bytes of the PEM text. Text around the blocks is ignored: many tools print the certificate's content
 * there.
 */
export function pemBlocks(base64: string): readonly PemBlock[] {
  return [...binaryOfBase64(base64).matchAll(BLOCK)].map(([, type = "", body = ""]) => {
    const headers = /^[^\n:]+: /.test(body);
    return { type, headers, base64: headers ? body.slice(body.indexOf("\n\n") + 2) : body };
  });
}

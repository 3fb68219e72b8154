/** The PEM of certificate requests and certificates; the content is only checked for being DER. */

interface Block {
  readonly type: string;
  /** Whether the block has headers before its data. */
  readonly headers: boolean;
  readonly base64: string;
}

const BLOCK = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----(?:\r?\n|$)/g;

/** Decodes base64 to a binary string, without the platform's decoder. Never throws: invalid input ends the text. */
function decodeBase64(text: string): string {
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

/** Text around the blocks is ignored: many tools print the certificate's content there. */
function parseBlocks(base64: string): readonly Block[] {
  return [...decodeBase64(base64).matchAll(BLOCK)].map(([, type = "", body = ""]) => {
    const headers = /^[^\n:]+: /.test(body);
    return { type, headers, base64: headers ? body.slice(body.indexOf("\n\n") + 2) : body };
  });
}

/** `base64` is the field as in JSON: the bytes of the PEM text. */
export function certificateRequestProblem(base64: string): string | undefined {
  const [block] = parseBlocks(base64);
  if (block?.type !== "CERTIFICATE REQUEST") return "PEM block type must be CERTIFICATE REQUEST";
  return isSequence(decodeBase64(block.base64)) ? undefined : "asn1: structure error: tags don't match";
}

export function certificatesProblem(base64: string): string | undefined {
  const blocks = parseBlocks(base64);
  for (const { type, headers, base64: body } of blocks) {
    if (type !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (headers) return "no PEM block headers are permitted";
    if (body.trim() === "") return "found CERTIFICATE PEM block containing 0 certificates";
    if (!isSequence(decodeBase64(body))) return "x509: malformed certificate";
  }
  return blocks.length > 0 ? undefined : "must contain at least one CERTIFICATE PEM block";
}

/** Whether the bytes are exactly one DER sequence. */
function isSequence(bytes: string): boolean {
  if (bytes.charCodeAt(0) !== 0x30) return false;
  const first = bytes.charCodeAt(1);
  if (first < 0x80) return bytes.length === first + 2;
  const count = first & 0x7f;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes.charCodeAt(2 + i);
  return bytes.length === length + 2 + count;
}

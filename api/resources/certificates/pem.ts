/** The PEM of certificate requests and certificates; the content is only checked for being DER. */

import { binaryOfBase64, pemBlocks } from "../../machinery/x509/pem-blocks.ts";

/** `base64` is the field as in JSON: the bytes of the PEM text. */
export function certificateRequestProblem(base64: string): string | undefined {
  const [block] = pemBlocks(base64);
  if (block?.type !== "CERTIFICATE REQUEST") return "PEM block type must be CERTIFICATE REQUEST";
  return isSequence(binaryOfBase64(block.base64)) ? undefined : "asn1: structure error: tags don't match";
}

export function certificatesProblem(base64: string): string | undefined {
  const blocks = pemBlocks(base64);
  for (const { type, headers, base64: body } of blocks) {
    if (type !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (headers) return "no PEM block headers are permitted";
    if (body.trim() === "") return "found CERTIFICATE PEM block containing 0 certificates";
    if (!isSequence(binaryOfBase64(body))) return "x509: malformed certificate";
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

import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { utf8Bytes } from "../encoding/utf8.ts";

/** PEM (RFC 7468) with that label, such as `CERTIFICATE`. */
export function renderPem(label: string, der: Uint8Array): string {
  const lines = encodeBase64(der).replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

export const pemInBase64 = (label: string, der: Uint8Array): string => encodeBase64(utf8Bytes(renderPem(label, der)));

/** The DER of the first block with that label; `base64` holds the bytes of the PEM text, as in JSON. */
export function parsePem(label: string, base64: string): Uint8Array | undefined {
  const bytes = decodeBase64(base64);
  if (typeof bytes === "number") return undefined;
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const body = new RegExp(`-----BEGIN ${label}-----([\\s\\S]*?)-----END ${label}-----`).exec(text)?.[1];
  const der = body === undefined ? undefined : decodeBase64(body.replace(/\s/g, ""));
  return typeof der === "number" ? undefined : der;
}

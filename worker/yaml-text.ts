/** The text of a YAML document's bytes, read as by go-yaml: UTF-8, or UTF-16 behind a byte order mark. */
import { type ConvertedYaml, type YamlText, yamlToJson } from "../api/machinery/yaml/decode-yaml.ts";

const readable = (text: string): YamlText => ({ ok: true, text });
const refused = (problem: string): YamlText => ({ ok: false, problem });

export function yamlText(bytes: Uint8Array): YamlText {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return fromUtf16(bytes, "little");
  if (first === 0xfe && second === 0xff) return fromUtf16(bytes, "big");
  try {
    return readable(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return refused(utf8Problem(bytes));
  }
}

export function yamlBytesToJson(bytes: Uint8Array): ConvertedYaml {
  const read = yamlText(bytes);
  return read.ok ? yamlToJson(read.text) : { ok: false, message: `yaml: ${read.problem}` };
}

/** How long the character is that begins with this octet; zero if none does. */
function widthOf(octet: number): number {
  if (octet < 0x80) return 1;
  if (octet < 0xc0 || octet >= 0xf8) return 0;
  return octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
}

/** The smallest character of each width; smaller ones have a shorter form. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

/** What is wrong with the first character that is not UTF-8. */
function utf8Problem(bytes: Uint8Array): string {
  for (let at = 0; at < bytes.length; ) {
    const leading = bytes[at] ?? 0;
    const width = widthOf(leading);
    if (width === 0) return "invalid leading UTF-8 octet";
    if (at + width > bytes.length) return "incomplete UTF-8 octet sequence";
    const trailing = [...bytes.subarray(at + 1, at + width)];
    if (trailing.some((octet) => (octet & 0xc0) !== 0x80)) return "invalid trailing UTF-8 octet";
    const value = trailing.reduce((sum, octet) => sum * 64 + (octet & 0x3f), leading & (0xff >> (width + 1)));
    if (width > 1 && value < (SMALLEST[width] ?? 0)) return "invalid length of a UTF-8 sequence";
    if (isHigh(value) || isLow(value) || value > 0x10ffff) return "invalid Unicode character";
    at += width;
  }
  throw new Error("the text is UTF-8");
}

const isHigh = (value: number): boolean => value >= 0xd800 && value < 0xdc00;
const isLow = (value: number): boolean => value >= 0xdc00 && value < 0xe000;

function fromUtf16(bytes: Uint8Array, order: "little" | "big"): YamlText {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units: string[] = [];
  let unpaired = false;
  for (let at = 2; at + 1 < bytes.length; at += 2) {
    const unit = view.getUint16(at, order === "little");
    if (unpaired && !isLow(unit)) return refused("expected low surrogate area");
    if (!unpaired && isLow(unit)) return refused("unexpected low surrogate area");
    unpaired = isHigh(unit);
    units.push(String.fromCharCode(unit));
  }
  if (unpaired) return refused("incomplete UTF-16 surrogate pair");
  return bytes.length % 2 === 0 ? readable(units.join("")) : refused("incomplete UTF-16 character");
}

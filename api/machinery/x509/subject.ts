/**
 * A certificate's subject, reduced as Go's crypto/x509 does by parsing and re-encoding a Name: known attributes, in its
 * order, grouped by kind, and only the last common name and serial number. So nothing is certified that was not
 * checked.
 */
import * as der from "./der.ts";
import { childrenOf, elementsOf, oidText } from "./der-reader.ts";

const COMMON_NAME = "2.5.4.3";
const SERIAL_NUMBER = "2.5.4.5";
const ORGANIZATION = "2.5.4.10";
const ORDER = ["2.5.4.6", "2.5.4.8", "2.5.4.7", "2.5.4.9", "2.5.4.17", ORGANIZATION, "2.5.4.11"];
const SINGLE = [COMMON_NAME, SERIAL_NUMBER];

const BMP_STRING = 0x1e;
/** UTF8String, NumericString, PrintableString, T61String, IA5String. */
const STRINGS: ReadonlySet<number> = new Set([0x0c, 0x12, 0x13, 0x14, 0x16, BMP_STRING]);
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

export interface Subject {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** A Name, DER. */
  readonly der: Uint8Array;
}

/** `name` is the content of a Name. */
export function readSubject(name: Uint8Array): Subject {
  const values = new Map<string, string[]>();
  for (const set of elementsOf(name))
    for (const attribute of childrenOf(set)) {
      const [type, value] = childrenOf(attribute);
      if (!type || !value || !STRINGS.has(value.tag)) continue;
      const oid = oidText(type.content);
      const text = textOf(value.tag, value.content);
      values.set(oid, SINGLE.includes(oid) ? [text] : [...(values.get(oid) ?? []), text]);
    }
  const [commonName = ""] = values.get(COMMON_NAME) ?? [];
  return { commonName, organizations: values.get(ORGANIZATION) ?? [], der: render(values) };
}

function render(values: ReadonlyMap<string, readonly string[]>): Uint8Array {
  const sets = [...ORDER, ...SINGLE].flatMap((oid) => {
    const texts = values.get(oid) ?? [];
    if (texts.length === 0 || (SINGLE.includes(oid) && texts[0] === "")) return [];
    const attributes = texts.map((text) => der.sequence(der.objectIdentifier(oid), stringOf(text)));
    return [der.set(...attributes.sort(inOrder))];
  });
  return der.sequence(...sets);
}

const stringOf = (text: string): Uint8Array =>
  PRINTABLE.test(text) ? der.printableString(text) : der.utf8String(text);

/** DER's order of the elements of a set. */
function inOrder(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

function textOf(tag: number, bytes: Uint8Array): string {
  if (tag === BMP_STRING)
    return Array.from({ length: bytes.length >> 1 }, (_, i) =>
      String.fromCharCode(((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)),
    ).join("");
  try {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

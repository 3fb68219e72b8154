/** The subject of a PKCS #10 certificate request (RFC 2986), read from its DER. */

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that follow each other in these bytes; what is malformed ends them. */
function* elementsOf(bytes: Uint8Array): Generator<Element> {
  for (let at = 0; at + 2 <= bytes.length; ) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      length = bytes.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    if (at + length > bytes.length) return;
    yield { tag, content: bytes.subarray(at, at + length) };
    at += length;
  }
}

const SEQUENCE = 0x30;
/** id-at-organizationName, 2.5.4.10. */
const ORGANIZATION = "85,4,10";
const PEM = /-----BEGIN CERTIFICATE REQUEST-----([\s\S]*?)-----END CERTIFICATE REQUEST-----/;

/** The groups that a certificate would stand for. `base64` is the field as JSON has it: the bytes of the PEM text. */
export function organizationsOf(base64: string): string[] {
  const [, body = ""] = PEM.exec(new TextDecoder().decode(bytesOf(base64))) ?? [];
  const [request] = elementsOf(bytesOf(body));
  const [info] = elementsOf(request?.content ?? new Uint8Array());
  const subject = [...elementsOf(info?.content ?? new Uint8Array())].find(({ tag }) => tag === SEQUENCE);
  const attributes = [...elementsOf(subject?.content ?? new Uint8Array())].flatMap(({ content }) => [
    ...elementsOf(content),
  ]);
  return attributes.flatMap(({ content }) => {
    const [type, value] = elementsOf(content);
    return type?.content.join() === ORGANIZATION && value ? [new TextDecoder().decode(value.content)] : [];
  });
}

/** No bytes where the text is no base64. */
function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

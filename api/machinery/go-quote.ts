/** A string as Go's `%q` prints it, which is how Kubernetes' messages quote: escapes differ from JSON's. */
export function goQuote(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    out += named[char] ?? (isPrintable(char, code) ? char : escaped(code));
  }
  return `${out}"`;
}

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Go prints letters, marks, numbers, punctuation, symbols and the plain space as they are. */
const isPrintable = (char: string, code: number) =>
  code < 0x7f ? code >= 0x20 : /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

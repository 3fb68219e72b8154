/** A line of YAML as parts with different colours. */
export interface Part {
  readonly kind: "key" | "text" | "value" | "mark" | "comment";
  readonly text: string;
}

const LINE = /^(\s*(?:- +)*)((?:"[^"]*"|'[^']*'|[^\s#:'"{[][^\s:]*))(:)(?=\s|$)(.*)$/;

export function partsOf(line: string): Part[] {
  if (/^\s*#/.test(line)) return [{ kind: "comment", text: line }];
  if (/^---/.test(line)) return [{ kind: "mark", text: line }];
  const found = LINE.exec(line);
  if (!found) {
    const [, lead = "", rest = ""] = /^(\s*(?:- +)*)(.*)$/.exec(line) ?? [];
    return nonEmpty([{ kind: "mark", text: lead }, ...valueParts(rest)]);
  }
  const [, lead = "", key = "", colon = "", rest = ""] = found;
  return nonEmpty([
    { kind: "mark", text: lead },
    { kind: "key", text: key },
    { kind: "mark", text: colon },
    ...valueParts(rest),
  ]);
}

function valueParts(text: string): Part[] {
  const comment = /(^|\s)#.*$/.exec(text);
  const quoted = /^\s*["']/.test(text);
  const value = comment && !quoted ? text.slice(0, comment.index) : text;
  const plain = /^\s*(?:-?\d[\d.eE+-]*|true|false|null|~|\{\}|\[\])\s*$/.test(value);
  return [
    { kind: plain ? "value" : "text", text: value },
    { kind: "comment", text: text.slice(value.length) },
  ];
}

const nonEmpty = (parts: readonly Part[]): Part[] => parts.filter(({ text }) => text !== "");

/** The parts of a format string as parsed by cel-go's ext.Strings: `%s`, `%.2f`. */

export interface Clause {
  readonly verb: "s" | "d" | "f" | "e" | "b" | "x" | "X" | "o";
  readonly precision: number | undefined;
}

/** Literal text, a clause, or an error, after which nothing is parsed. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "clause"; readonly clause: Clause }
  | { readonly kind: "problem"; readonly message: string };

const isVerb = (letter: string): letter is Clause["verb"] => letter !== "" && "sdfebxXo".includes(letter);

/** `values` is the number of values: a clause beyond that is an error. */
export function* partsOfFormat(format: string, values: number): Generator<Part> {
  let taken = 0;
  for (const [text] of format.matchAll(/[^%]+|%%|%(?:\.\d*)?.?/gsu)) {
    if (!text.startsWith("%") || text === "%%") {
      yield { kind: "text", text: text === "%%" ? "%" : text };
      continue;
    }
    const part = clauseOf(text, taken++ < values ? undefined : `index ${taken - 1} out of range`);
    yield part;
    if (part.kind === "problem") return;
  }
}

function clauseOf(text: string, missing: string | undefined): Part {
  const problem = (message: string): Part => ({ kind: "problem", message });
  if (text === "%") return problem("unexpected end of string");
  if (missing !== undefined) return problem(missing);
  const [, digits, letter = ""] = /^%(?:\.(\d*))?(.?)$/su.exec(text) ?? [];
  if (digits !== undefined && letter === "") return unparsed("could not find end of precision specifier");
  if (digits === "")
    return unparsed('error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax');
  if (!isVerb(letter)) return problem(`could not parse formatting clause: unrecognized formatting clause "${letter}"`);
  return { kind: "clause", clause: { verb: letter, precision: digits === undefined ? undefined : Number(digits) } };
}

const unparsed = (why: string): Part => ({
  kind: "problem",
  message: `could not parse formatting clause: error while parsing precision: ${why}`,
});

/** What a clause accepts, for messages. */
const TAKES: Readonly<Record<Clause["verb"], string>> = {
  s: "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
  d: "decimal clause can only be used on integers",
  f: "fixed-point clause can only be used on doubles",
  e: "scientific clause can only be used on doubles",
  b: "only integers and bools can be formatted as binary",
  x: "only integers, byte buffers, and strings can be formatted as hex",
  X: "only integers, byte buffers, and strings can be formatted as hex",
  o: "octal clause can only be used on integers",
};

export const unfitTypeProblem = (verb: Clause["verb"], typeName: string): string =>
  `error during formatting: ${TAKES[verb]}, was given ${typeName}`;

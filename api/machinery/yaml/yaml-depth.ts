/**
 * The nesting depth of YAML, determined before parsing: the library is slow with each level, and go-yaml rejects it at
 * once.
 */
import { Lexer } from "yaml";

/** Precedes the text of a scalar, whatever that contains. */
const SCALAR = "\u001f";

/** Whether anything is nested in more than `most` lists and maps that begin on the same line, or between brackets. */
export function isDeeper(text: string, most: number): boolean {
  if (!mayBeDeeper(text, most)) return false;
  let brackets = 0;
  let dashes = 0;
  let before = "";
  for (const token of new Lexer().lex(text)) {
    const isScalar = before === SCALAR;
    before = token;
    if (isScalar) continue;
    if (token === "[" || token === "{") brackets++;
    else if (token === "]" || token === "}") brackets = Math.max(0, brackets - 1);
    else if (token === "-" || token === "?") dashes++;
    else if (/^\r?\n/.test(token)) dashes = 0;
    if (brackets > most || dashes > most) return true;
  }
  return false;
}

/** Ordinary texts have fewer of these characters. */
function mayBeDeeper(text: string, most: number): boolean {
  let count = 0;
  for (let i = 0; i < text.length && count <= most; i++) if ("[{-?".includes(text.charAt(i))) count++;
  return count > most;
}

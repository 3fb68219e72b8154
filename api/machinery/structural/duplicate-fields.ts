/** Duplicate names in objects of a JSON text, as reported by strict decoding: `duplicate field "spec.a"`. */
import { goQuote } from "../field-error.ts";
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, JsonText, OPEN_ARRAY, OPEN_OBJECT } from "../json/json-text.ts";
import { childPath } from "./json-walk.ts";

const MAX_DUPLICATES = 100;

/** `text` is known to be valid JSON. */
export function duplicateFields(text: string): string[] {
  const json = new JsonText(text);
  const found = new Set<string>();
  walk("");
  return [...found];

  function walk(path: string): void {
    const code = json.peek();
    if (code === OPEN_OBJECT) members(path);
    else if (code === OPEN_ARRAY) items(path);
    else json.skip();
  }

  function members(path: string): void {
    json.at++;
    if (json.take(CLOSE_OBJECT)) return;
    const seen = new Set<string>();
    do {
      json.peek();
      const key = json.string();
      json.take(COLON);
      const at = childPath(path, key);
      if (seen.has(key) && found.size < MAX_DUPLICATES) found.add(`duplicate field ${goQuote(at)}`);
      seen.add(key);
      walk(at);
    } while (json.take(COMMA));
    json.take(CLOSE_OBJECT);
  }

  function items(path: string): void {
    json.at++;
    if (json.take(CLOSE_ARRAY)) return;
    let i = 0;
    do walk(`${path}[${i++}]`);
    while (json.take(COMMA));
    json.take(CLOSE_ARRAY);
  }
}

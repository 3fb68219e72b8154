/** Files of variables that `fileKeyRef` names: `KEY='value'` lines, comments and empty lines between them. */

/** The value of `key`; undefined where the file has none. */
export function envFileValue(text: string, key: string): string | undefined {
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    const equals = line.indexOf("=");
    if (line.startsWith("#") || equals < 0 || line.slice(0, equals).trim() !== key) continue;
    const value = line.slice(equals + 1).trim();
    const quote = value[0];
    if (quote !== "'" && quote !== '"') return value;
    const end = value.indexOf(quote, 1);
    return end < 0 ? value : value.slice(1, end);
  }
  return undefined;
}

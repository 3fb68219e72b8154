/**
 * Environment files for `fileKeyRef`. Kubernetes accepts a strict subset of shell syntax: `KEY='value'`, where
 * everything between the quotes is literal and may span lines; empty lines and comments, also after a value.
 */

const BLANKS = /^[ \t]+/;

/** The value of `key`, or "" if the file has none; undefined if the file is invalid up to there. */
export function envFileValue(text: string, key: string): string | undefined {
  const lines = text.replace(/\n$/, "").split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? "").replace(BLANKS, "");
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    const name = line.slice(0, equals);
    if (equals < 1 || /[ \t]$/.test(name)) return undefined;
    let rest = line.slice(equals + 1);
    // To a shell, what follows would be another word.
    if (BLANKS.test(rest)) {
      if (name === key) return "";
      continue;
    }
    if (!rest.startsWith("'")) return undefined;
    rest = rest.slice(1);
    while (!rest.includes("'")) {
      at++;
      if (at >= lines.length) return undefined;
      rest += `\n${lines[at]}`;
    }
    const end = rest.indexOf("'");
    if (!/^[ \t]*(#|$)/.test(rest.slice(end + 1))) return undefined;
    if (name === key) return rest.slice(0, end);
  }
  return "";
}

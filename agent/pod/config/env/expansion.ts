/**
 * Expands `$(NAME)` in commands, arguments and variables (Kubernetes' rules): an unknown name is left as it is, and
 * `$$` is a literal dollar sign.
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let out = "";
  // Behind the last one no name ends: to look for the end of each would take forever.
  const lastEnd = text.lastIndexOf(")");
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char !== "$" || i + 1 === text.length) {
      out += char;
      continue;
    }
    if (text[i + 1] === "$") {
      out += "$";
      i++;
      continue;
    }
    const end = text[i + 1] === "(" && i + 2 <= lastEnd ? text.indexOf(")", i + 2) : -1;
    if (end < 0) {
      out += "$";
      continue;
    }
    const name = text.slice(i + 2, end);
    out += lookup(name) ?? `$(${name})`;
    i = end;
  }
  return out;
}

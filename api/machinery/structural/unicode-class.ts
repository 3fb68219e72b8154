/** What Go supports besides categories and scripts. It does not know JavaScript's other properties. */
const OTHERS: ReadonlySet<string> = new Set(["Any", "ASCII", "Assigned"]);

/**
 * Matches one character of a category or script, by JavaScript's own tables; undefined if there is none of that name.
 */
export function unicodeClass(name: string): RegExp | undefined {
  const properties = OTHERS.has(name) ? [name] : [`General_Category=${name}`, `Script=${name}`];
  for (const property of properties) {
    try {
      return new RegExp(`^\\p{${property}}$`, "u");
    } catch {
      // Another kind of name.
    }
  }
  return undefined;
}

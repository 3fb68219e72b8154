/** What Go takes beside categories and scripts. JavaScript's other properties it does not know. */
const OTHERS: ReadonlySet<string> = new Set(["Any", "ASCII", "Assigned"]);

/** What matches one character of a category or else of a script, by JavaScript's own tables; undefined where there is none such. */
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

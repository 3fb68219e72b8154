/**
 * The member of a table under a name that users choose. Every object also has `constructor`, `toString` and the like,
 * which no table means.
 */
export const ownMember = <T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  table && Object.hasOwn(table, name) ? table[name] : undefined;

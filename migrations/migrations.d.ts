/** drizzle-kit writes migrations.js without types; this is what durable-objects/store hands to drizzle's `migrate`. */
declare const migrations: {
  journal: { entries: { idx: number; when: number; tag: string; breakpoints: boolean }[] };
  migrations: Record<string, string>;
};
export default migrations;

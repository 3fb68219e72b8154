import { defineConfig } from "drizzle-kit";

/** `npx drizzle-kit generate` writes migrations/ from the tables; docs/spec/store.md says what to edit by hand after it. */
export default defineConfig({
  dialect: "sqlite",
  driver: "durable-sqlite",
  schema: "./durable-objects/store/tables/sqlite-schema.ts",
  out: "./migrations",
});

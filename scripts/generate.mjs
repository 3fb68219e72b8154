// Writes api/generated, which is not committed: the types of every built-in kind, and their documentation.
await import("./generate-types.mjs");
await import("./generate-documentation.mjs");

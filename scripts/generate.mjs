// Writes api/generated, which is not committed: the types of every built-in kind, and the texts that document them.
await import("./generate-types.mjs");
await import("./generate-documentation.mjs");

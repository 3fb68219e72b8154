import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { ENCRYPTION_KEYS } from "../control-plane/identity.ts";
import { encryptionCommand } from "./encryption.ts";

const rotate = (dataDirectory: string) =>
  encryptionCommand().parseAsync(["rotate", "--data-dir", dataDirectory], { from: "user" });

test("keys that cannot be read are not called missing", async () => {
  const directory = mkdtempSync(`${tmpdir()}/encryption-`);
  await expect(rotate(directory)).rejects.toThrow(/^no keys at .*; the first start of the control plane creates one$/);
  mkdirSync(`${directory}/${ENCRYPTION_KEYS}`);
  await expect(rotate(directory)).rejects.toThrow(/^cannot read .*: it is a directory$/);
});

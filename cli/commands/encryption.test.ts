import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { ENCRYPTION_KEYS } from "../control-plane/identity.ts";
import { encryptionCommand } from "./encryption.ts";

const rotate = (dataDirectory: string) =>
  encryptionCommand().parseAsync(["rotate", "--data-dir", dataDirectory], { from: "user" });

test("keys that cannot be read are not called missing", async () => {
  const directory = temporaryDirectory();
  await expect(rotate(directory)).rejects.toThrow(/^no keys at .*; the first start of the control plane creates one$/);
  mkdirSync(`${directory}/${ENCRYPTION_KEYS}`);
  await expect(rotate(directory)).rejects.toThrow(/^cannot read .*: it is a directory$/);
});

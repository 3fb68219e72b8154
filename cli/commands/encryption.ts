import { Command } from "commander";
import { type ApiCall, fetchJson } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { expectControlPlane, readControlPlane } from "../clusters/expect-control-plane.ts";
import { createEncryptionKey, ENCRYPTION_KEYS } from "../control-plane/identity.ts";
import { writeDurably } from "../control-plane/write-durably.ts";
import { readFileIfPresent } from "../read-file.ts";
import { dataDirectoryOption } from "./options.ts";

interface Options {
  readonly dataDir: string;
}

export const encryptionCommand = (): Command =>
  new Command("encryption")
    .summary("replace the key that encrypts Secrets at rest")
    .description(
      `Secrets and the clusters' private keys are encrypted at rest with the keys in DIR/${ENCRYPTION_KEYS}. Keep a copy of that file, but not beside a copy of DIR/storage: neither is useful without the other.`,
    )
    .addHelpText(
      "after",
      `
To replace a key:
  sailplane encryption rotate    adds a new one before the old one
  sailplane up                   (or deploy) again: new data is encrypted with the new one
  sailplane encryption prune     re-encrypts the rest, and drops the old one`,
    )
    .addCommand(new Command("rotate").summary("add a new key").addOption(dataDirectoryOption()).action(rotate))
    .addCommand(
      new Command("prune")
        .summary("re-encrypt everything with the newest key, and drop the others")
        .addOption(dataDirectoryOption())
        .action(prune),
    );

function rotate({ dataDir }: Options): void {
  expectControlPlane(dataDir);
  writeKeys(dataDir, [createEncryptionKey(), ...readKeys(dataDir)]);
  console.log(
    'There is a new key. Start the control plane again (or deploy it), and then run "sailplane encryption prune".',
  );
}

async function prune({ dataDir }: Options): Promise<void> {
  const connection = readControlPlane(dataDir);
  const [newest = "", ...others] = readKeys(dataDir);
  for (let after: string | undefined, more = true; more; ) {
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    const request: ApiCall = { method: "POST", path: `/sailplane/v1/encryption${query}` };
    const { key, next } = await fetchJson<{ key?: number; next?: string }>(connection, request);
    if (key === undefined || !newest.startsWith(`${key}:`)) {
      throw new CliError("the control plane does not have the newest key yet: restart it, or deploy it, first");
    }
    after = next;
    more = next !== undefined;
  }
  writeKeys(dataDir, [newest]);
  const dropped = others.length === 1 ? "the older one is" : `${others.length} older ones are`;
  console.log(`Everything is encrypted with the newest key; ${dropped} dropped at the next start.`);
}

function readKeys(dataDirectory: string): string[] {
  const file = `${dataDirectory}/${ENCRYPTION_KEYS}`;
  const text = readFileIfPresent(file);
  if (text === undefined) throw new CliError(`no keys at ${file}; the first start of the control plane creates one`);
  return text.trim().split(",");
}

function writeKeys(dataDirectory: string, keys: readonly string[]): void {
  writeDurably(`${dataDirectory}/${ENCRYPTION_KEYS}`, `${keys.join(",")}\n`);
}

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { freePort, launcher } from "../rig/cluster.ts";
import { type Outcome, runCommand } from "../rig/run-command.ts";

const scratch = temporaryDirectory();

const sailplane = (...words: string[]): Promise<Outcome> =>
  runCommand([process.execPath, launcher, ...words], { seconds: 20 });

describe("sailplane reports errors in one line", () => {
  let busy: Server;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    busy = createServer();
    await new Promise<void>((resolve) => busy.listen(port, "127.0.0.1", resolve));
    writeFileSync(`${scratch}/file`, "");
  });
  afterAll(() => busy.close());

  const cases: readonly [string, () => string[], RegExp][] = [
    [
      "a busy port",
      () => ["up", "--port", String(port), "-d", `${scratch}/a`],
      /^sailplane: port \d+ on 127\.0\.0\.1 is in use; .*\n$/,
    ],
    [
      "a directory that cannot be made",
      () => ["up", "--port", "0", "-d", `${scratch}/file/b`],
      /^sailplane: cannot write to .*\/file\/b: .*\n$/,
    ],
    [
      "a directory that is a file",
      () => ["up", "--port", "0", "-d", `${scratch}/file`],
      /^sailplane: cannot write to .*\/file: .*\n$/,
    ],
    [
      "a kubeconfig that cannot be read",
      () => {
        mkdirSync(`${scratch}/unreadable/kubeconfig`, { recursive: true });
        return ["status", "-d", `${scratch}/unreadable`];
      },
      /^sailplane: cannot read .*\/kubeconfig: it is a directory\n$/,
    ],
    [
      "an address of another machine",
      () => ["up", "--port", "0", "--bind", "192.0.2.1", "-d", `${scratch}/c`],
      /^sailplane: 192\.0\.2\.1 is no address of this machine.*\n$/,
    ],
    [
      "an empty address",
      () => ["up", "--port", "0", "--bind", "", "-d", `${scratch}/c`],
      /^sailplane: option '--bind <address>' argument '' is invalid\. It is an address of this machine\.\n.*\n$/,
    ],
    [
      "a disk that is full",
      () => {
        mkdirSync(`${scratch}/full`);
        symlinkSync("/dev/full", `${scratch}/full/workerd.bin.new`);
        return ["up", "--port", "0", "--no-agent", "-d", `${scratch}/full`];
      },
      /^sailplane: cannot write .*\/full\/workerd\.bin: no space left on the disk\n$/,
    ],
    [
      "an option that a command does not have",
      () => ["token", "create", "--tll", "1h"],
      /^sailplane: unknown option '--tll'\n\(Did you mean --ttl\?\)\n\("sailplane token create --help" says more\)\n$/,
    ],
    ["no control plane to speak of", () => ["status", "-d", `${scratch}/none`], /^sailplane: no kubeconfig at .*\n$/],
    [
      "a first join without a token",
      () => ["join", "https://127.0.0.1:1", "-d", `${scratch}/d`],
      /^sailplane: the first join of [-.a-z0-9]+ needs --token.*\n$/,
    ],
    [
      "a join to nowhere",
      () => ["join", "https://127.0.0.1:1", "--token", "abcdef.0123456789abcdef", "-d", `${scratch}/e`],
      /^sailplane: nothing answers at https:\/\/127\.0\.0\.1:1.*\n$/,
    ],
  ];
  test.each(cases)("%s", async (_, words, line) => {
    const { code, stderr } = await sailplane(...words());
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  });
});

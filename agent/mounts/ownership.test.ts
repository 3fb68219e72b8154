import { chmodSync, chownSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { giveToPod } from "./ownership.ts";

/** A group that the user who runs the tests may give files to. */
const group = process.getgid?.() ?? 0;

function volume() {
  const directory = temporaryDirectory();
  const root = join(directory, "root");
  mkdirSync(root, { mode: 0o700 });
  writeFileSync(join(root, "file"), "", { mode: 0o600 });
  writeFileSync(join(directory, "outside"), "", { mode: 0o600 });
  symlinkSync(join(directory, "outside"), join(root, "link"));
  symlinkSync(root, join(directory, "volume"));
  const mode = (name: string) => statSync(join(directory, name)).mode & 0o7777;
  return { path: join(directory, "volume"), root, mode };
}

test("AGENT-VOLUME-GROUP: fsGroup applies to the target of a volume's path, but not to targets of links within it", async () => {
  const { path, mode } = volume();
  await giveToPod(path, { fsGroup: group });
  expect([mode("root"), mode("root/file"), mode("outside")]).toEqual([0o2770, 0o660, 0o600]);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
});

test("AGENT-VOLUME-GROUP: OnRootMismatch skips only a volume whose root already matches", async () => {
  const { path, root, mode } = volume();
  const context = { fsGroup: group, fsGroupChangePolicy: "OnRootMismatch" };
  chmodSync(root, 0o2770);
  await giveToPod(path, context);
  expect(mode("root/file")).toBe(0o600);
  chmodSync(root, 0o770);
  await giveToPod(path, context);
  expect([mode("root"), mode("root/file")]).toEqual([0o2770, 0o660]);
});

/** Runs `work` as somebody who owns nothing, if the tests run as root, whom nothing is refused. */
async function unprivileged(work: () => Promise<void>): Promise<void> {
  const user = process.geteuid?.();
  if (user === 0) {
    chmodSync(tmpdir(), 0o755);
    process.seteuid?.(65_534);
  }
  try {
    await work();
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}

test("AGENT-VOLUME-GROUP: a directory that cannot be read is an error, not an empty one", async () => {
  const { path, root } = volume();
  const closed = join(root, "closed");
  mkdirSync(closed, { mode: 0 });
  // Otherwise whoever ran the tests could not remove it afterwards.
  onTestFinished(() => chmodSync(closed, 0o700));
  if (process.geteuid?.() === 0) chownSync(root, 65_534, -1);
  chmodSync(dirname(root), 0o755);
  await expect(unprivileged(() => giveToPod(path, { fsGroup: group }))).rejects.toThrow("EACCES");
});

test.runIf(process.geteuid?.() === 0)(
  "AGENT-VOLUME-GROUP: what cannot be given away stays as it is, and the rest is given",
  async () => {
    const { path, root, mode } = volume();
    writeFileSync(join(root, "own"), "", { mode: 0o600 });
    for (const name of ["", "own"]) chownSync(join(root, name), 65_534, 65_534);
    chmodSync(dirname(root), 0o755);
    await unprivileged(() => giveToPod(path, { fsGroup: 65_534 }));
    expect([mode("root/own"), mode("root/file")]).toEqual([0o660, 0o600]);
  },
);

test("AGENT-VOLUME-GROUP: a volume of many files holds up nothing, and its root comes last", async () => {
  const { path, root, mode } = volume();
  for (let file = 0; file < 1000; file++) writeFileSync(join(root, `${file}`), "", { mode: 0o600 });
  const given = giveToPod(path, { fsGroup: group });
  const others = Array.from({ length: 1000 }, (_, file) => mode(`root/${file}`));
  expect([mode("root"), new Set(others)]).toEqual([0o700, new Set([0o660, 0o600])]);
  await given;
  expect(mode("root")).toBe(0o2770);
});

test("without fsGroup, permissions are left unchanged", async () => {
  const { path, mode } = volume();
  await giveToPod(path, {});
  expect(mode("root/file")).toBe(0o600);
});

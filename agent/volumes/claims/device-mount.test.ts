import { expect, test } from "vitest";
import { mountDevice, type Outcome, runProgram } from "./device-mount.ts";

const mount = { device: "/dev/x", path: "/here", fsType: "ext4", options: [], isInUse: false };
const fine: Outcome = { code: 0, output: "" };

/** The commands that were run, given each program's result. */
function machine(answers: Readonly<Record<string, Outcome>>) {
  const ran: string[] = [];
  const run = async (program: string, words: readonly string[]) => {
    ran.push([program, ...words].join(" "));
    return answers[program] ?? fine;
  };
  return { ran, run };
}

test("AGENT-VOLUME-DEVICE: a device without a file system is formatted with the requested one", async () => {
  const { ran, run } = machine({ blkid: { code: 2, output: "" } });
  await mountDevice({ ...mount, fsType: "xfs" }, run);
  expect(ran.splice(0).slice(1)).toEqual(["mkfs.xfs -f /dev/x", "mount -t xfs -o defaults /dev/x /here"]);
  for (const fsType of [undefined, "", "ext4"]) {
    await mountDevice({ ...mount, fsType }, run);
    expect(ran.splice(0).slice(1)).toEqual(["mkfs.ext4 -F -m0 /dev/x", "mount -t ext4 -o defaults /dev/x /here"]);
  }
});

test("AGENT-VOLUME-DEVICE: a device with content is checked, and never formatted", async () => {
  const { ran, run } = machine({ blkid: { code: 0, output: "PTTYPE=gpt" } });
  await mountDevice({ ...mount, options: ["noatime"] }, run);
  expect(ran.slice(1)).toEqual(["fsck -a /dev/x", "mount -t ext4 -o noatime,defaults /dev/x /here"]);
});

test("a device in use is mounted without a check", async () => {
  const { ran, run } = machine({});
  await mountDevice({ ...mount, isInUse: true }, run);
  expect(ran).toEqual(["mount -t ext4 -o defaults /dev/x /here"]);
});

test.each<[string, Readonly<Record<string, Outcome>>, readonly string[], string]>([
  ["cannot be inspected", { blkid: { code: 1, output: "no" } }, [], "failed to get disk format of disk /dev/x: no"],
  [
    "is empty but mounted read-only",
    { blkid: { code: 2, output: "" } },
    ["ro"],
    "cannot mount unformatted disk /dev/x",
  ],
  ["cannot be formatted", { blkid: { code: 2, output: "" }, "mkfs.ext4": { code: 1, output: "no" } }, [], "format of"],
  [
    "has errors that cannot be repaired",
    { fsck: { code: 4, output: "bad" } },
    [],
    "'fsck' found errors on device /dev/x",
  ],
  ["cannot be mounted", { mount: { code: 32, output: "wrong fs type" } }, [], "mount failed: wrong fs type"],
])("a device that %s is reported", async (_, answers, options, message) => {
  const { run } = machine(answers);
  await expect(mountDevice({ ...mount, options }, run)).rejects.toThrow(message);
});

test("a check that repaired errors, or whose program is missing, does not prevent mounting", async () => {
  for (const code of [1, undefined]) {
    const { ran, run } = machine({ fsck: { code, output: "" } });
    await mountDevice(mount, run);
    expect(ran.at(-1)).toContain("mount");
  }
});

test("a program returns its exit code, or none if it is missing", async () => {
  expect(await runProgram("sh", ["-c", "echo out; echo err >&2; exit 3"])).toEqual({ code: 3, output: "out\nerr" });
  expect((await runProgram("no-such-program", [])).code).toBeUndefined();
});

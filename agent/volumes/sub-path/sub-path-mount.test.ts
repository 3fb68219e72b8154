import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { mountsBelow, unmountBelow } from "../../mounts/mounts.ts";
import { canMount } from "../volume-directory.ts";
import { holdSubPath } from "./sub-path.ts";
import { mountSubPath, subPathsOf } from "./sub-path-mount.ts";

test.skipIf(!canMount())(
  "AGENT-VOLUME-PATH: a container gets the sub path that was checked, even if it is replaced by a link",
  async () => {
    const pod = realpathSync(temporaryDirectory());
    const volume = join(pod, "volume");
    const machine = join(pod, "machine");
    for (const path of [join(volume, "data"), machine]) mkdirSync(path, { recursive: true });
    writeFileSync(join(volume, "data/mine"), "");
    writeFileSync(join(volume, "file"), "text");
    writeFileSync(join(machine, "secret"), "");
    const [directory, file] = ["0", "1"].map((index) => join(subPathsOf(pod), "v", "c", index));

    const held = holdSubPath(volume, "data");
    renameSync(join(volume, "data"), join(volume, "moved"));
    symlinkSync(machine, join(volume, "data"));
    await mountSubPath(held, directory ?? "");
    held.release();
    expect(readdirSync(directory ?? "")).toEqual(["mine"]);

    const text = holdSubPath(volume, "file");
    await mountSubPath(text, file ?? "");
    // A restarted container mounts it again, even a file in place of a directory.
    await mountSubPath(text, directory ?? "");
    text.release();
    expect([file, directory].map((path) => readFileSync(path ?? "", "utf8"))).toEqual(["text", "text"]);
    expect(mountsBelow(pod).length).toBe(2);
    await unmountBelow(subPathsOf(pod));
    expect(mountsBelow(pod)).toEqual([]);
    rmSync(pod, { recursive: true });
  },
);

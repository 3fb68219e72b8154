/**
 * Sub paths as containers have them: each is a mount of its own in the pod's directory, as under the kubelet. A runtime
 * goes by names, and whoever can write to the volume might put a link in the place of a directory after it was looked
 * at.
 */
import { execFile } from "node:child_process";
import { lstatSync, mkdirSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { isListedMount } from "../mounts.ts";
import { type HeldPath, touch } from "./sub-path.ts";

const run = promisify(execFile);

/** `directory` is the pod's own. */
export const subPathsOf = (directory: string): string => join(directory, "volume-subpaths");

/** Mounts what is held, in place of what was mounted there for a container before. */
export async function mountSubPath({ path, isDirectory }: HeldPath, target: string): Promise<void> {
  if (isListedMount(target)) await run("umount", ["-l", target]);
  makeTarget(target, isDirectory);
  // A mount that looks itself where the path leads would go by names again. BusyBox' never does, and has no word for it.
  await run("mount", ["-c", "-o", "bind", path, target]).catch((error: Error) => {
    if (!/invalid option|unrecognized option/.test(error.message)) throw error;
    return run("mount", ["-o", "bind", path, target]);
  });
}

function makeTarget(target: string, isDirectory: boolean): void {
  const there = lstatSync(target, { throwIfNoEntry: false });
  if (there !== undefined && there.isDirectory() === isDirectory) return;
  if (there !== undefined) (there.isDirectory() ? rmdirSync : unlinkSync)(target);
  mkdirSync(isDirectory ? target : dirname(target), { recursive: true, mode: 0o750 });
  if (!isDirectory) touch(target, 0o640);
}

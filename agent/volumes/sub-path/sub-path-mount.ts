/**
 * Sub paths of containers: each is a bind mount in the pod's directory, as with the kubelet. A runtime resolves paths
 * by name, and a process that can write to the volume might replace a directory by a link after it was checked.
 */
import { execFile } from "node:child_process";
import { lstatSync, mkdirSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { isListedMount } from "../../mounts/mounts.ts";
import { type HeldPath, touch } from "./sub-path.ts";

const run = promisify(execFile);

/** `directory` is the pod's own. */
export const subPathsOf = (directory: string): string => join(directory, "volume-subpaths");

/** Mounts the held path, replacing an earlier container's mount. */
export async function mountSubPath({ path, isDirectory }: HeldPath, target: string): Promise<void> {
  if (isListedMount(target)) await run("umount", ["-l", target]);
  makeTarget(target, isDirectory);
  // Without -c, mount would resolve the path by name again. BusyBox' mount never does, and does not have the option.
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

/** hostPath volumes: what must exist, or is created, by type. */
import { lstatSync, statSync, writeFileSync } from "node:fs";
import { makeDirectory } from "../files/make-directory.ts";
import { VolumeError } from "../mounts/volume-error.ts";

type Check = "isDirectory" | "isFile" | "isSocket" | "isCharacterDevice" | "isBlockDevice";

const CHECKS: Readonly<Record<string, { readonly check: Check; readonly noun: string }>> = {
  Directory: { check: "isDirectory", noun: "directory" },
  DirectoryOrCreate: { check: "isDirectory", noun: "directory" },
  File: { check: "isFile", noun: "file" },
  FileOrCreate: { check: "isFile", noun: "file" },
  Socket: { check: "isSocket", noun: "socket file" },
  CharDevice: { check: "isCharacterDevice", noun: "character device" },
  BlockDevice: { check: "isBlockDevice", noun: "block device" },
};

/** Returns the path. */
export function prepareHostPath({ path, type = "" }: { readonly path: string; readonly type?: string }): string {
  const rule = CHECKS[type];
  if (rule === undefined) return path;
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    if (type === "DirectoryOrCreate") makeDirectory(path, 0o755);
    if (type === "FileOrCreate") writeFileSync(path, "", { mode: 0o644 });
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat[rule.check]())
    throw new VolumeError(`hostPath type check failed: ${path} is not a ${rule.noun}`);
  return path;
}

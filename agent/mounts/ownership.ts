/** A pod's fsGroup owns its volumes: every file belongs to the group, and new files inherit it. */
import { chmodSync, lchownSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { PodSecurityContext } from "../../api/generated/core.v1.ts";

const SET_GROUP_ID = 0o2000;
const OF_DIRECTORIES = 0o770 | SET_GROUP_ID;

/** For a volume that outlives pods: if the pod says so, one whose root already belongs to the group stays as it is. */
export function giveToPod(path: string, { fsGroup, fsGroupChangePolicy }: PodSecurityContext = {}): void {
  if (fsGroup === undefined) return;
  // The path of the volume itself may be a link; links within it are not followed.
  const root = realpathSync(path);
  if (fsGroupChangePolicy === "OnRootMismatch" && isOfGroup(root, fsGroup)) return;
  giveToGroup(root, fsGroup);
}

function isOfGroup(root: string, group: number): boolean {
  const { gid, mode } = statSync(root);
  return gid === group && (mode & OF_DIRECTORIES) === OF_DIRECTORIES;
}

/** `path` and everything below it, without following links. */
export function giveToGroup(path: string, group: number): void {
  const stat = lstatSync(path);
  lchownSync(path, -1, group);
  if (stat.isSymbolicLink()) return;
  if (!stat.isDirectory()) {
    chmodSync(path, (stat.mode & 0o7777) | 0o660);
    return;
  }
  chmodSync(path, (stat.mode & 0o7777) | OF_DIRECTORIES);
  for (const entry of readdirSync(path)) giveToGroup(join(path, entry), group);
}

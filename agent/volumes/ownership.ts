/** A pod's fsGroup owns its volumes: every file is the group's, and new files inherit it. */
import { chmodSync, lchownSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { PodSecurityContext } from "../../api/generated/core.v1.ts";

const SET_GROUP_ID = 0o2000;
const OF_DIRECTORIES = 0o770 | SET_GROUP_ID;

/** Of a volume that outlives pods: where the pod says so, one whose root is the group's already stays as it is. */
export function giveToPod(path: string, { fsGroup, fsGroupChangePolicy }: PodSecurityContext = {}): void {
  if (fsGroup === undefined) return;
  // What the path of a volume leads to is meant; links within it are not followed.
  const root = realpathSync(path);
  if (fsGroupChangePolicy === "OnRootMismatch" && isOfGroup(root, fsGroup)) return;
  giveToGroup(root, fsGroup);
}

function isOfGroup(root: string, group: number): boolean {
  const { gid, mode } = statSync(root);
  return gid === group && (mode & OF_DIRECTORIES) === OF_DIRECTORIES;
}

/** `path` and all below it, links not followed. */
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

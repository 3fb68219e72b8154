/** A pod's fsGroup owns its volumes: every file is the group's, and new files inherit it. */
import { chmodSync, lchownSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

const SET_GROUP_ID = 0o2000;

/** `path` and all below it, links not followed. */
export function giveToGroup(path: string, group: number): void {
  const stat = lstatSync(path);
  lchownSync(path, -1, group);
  if (stat.isSymbolicLink()) return;
  if (!stat.isDirectory()) {
    chmodSync(path, (stat.mode & 0o7777) | 0o660);
    return;
  }
  chmodSync(path, (stat.mode & 0o7777) | 0o770 | SET_GROUP_ID);
  for (const entry of readdirSync(path)) giveToGroup(join(path, entry), group);
}

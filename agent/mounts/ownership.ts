/** A pod's fsGroup owns its volumes: every file belongs to the group, and new files inherit it. */
import { chmodSync, lchownSync, lstatSync, realpathSync, statSync } from "node:fs";
import { setImmediate as otherWork } from "node:timers/promises";
import type { PodSecurityContext } from "../../api/generated/core.v1.ts";
import { entriesOf } from "../files/entries-of.ts";

const SET_GROUP_ID = 0o2000;
const OF_DIRECTORIES = 0o770 | SET_GROUP_ID;

/** A few milliseconds' worth. */
const AT_ONCE = 200;

/** For a volume that outlives pods: if the pod says so, one whose root already belongs to the group stays as it is. */
export async function giveToPod(
  path: string,
  { fsGroup, fsGroupChangePolicy }: PodSecurityContext = {},
): Promise<void> {
  if (fsGroup === undefined) return;
  // The path of the volume itself may be a link; links within it are not followed.
  const root = realpathSync(path);
  if (fsGroupChangePolicy === "OnRootMismatch" && isOfGroup(root, fsGroup)) return;
  await giveToGroup(root, fsGroup);
}

function isOfGroup(root: string, group: number): boolean {
  const { gid, mode } = statSync(root);
  return gid === group && (mode & OF_DIRECTORIES) === OF_DIRECTORIES;
}

/**
 * `path` and everything below it, without following links. There may be a million files: the agent does its other work in
 * between. The root comes last: one that belongs to the group says that everything does, even if the agent was killed.
 */
export async function giveToGroup(path: string, group: number): Promise<void> {
  let given = 0;
  const give = async (each: string): Promise<void> => {
    if (++given % AT_ONCE === 0) await otherWork();
    if (isDirectory(each)) for (const entry of entriesOf(each)) await give(entry);
    giveOne(each, group);
  };
  await give(path);
}

const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Looks again what it is: another pod that uses the volume may have put a link there. As with a kubelet, what the file
 * system does not let the node change stays as it is: a server may trust no root, or know no groups.
 */
function giveOne(path: string, group: number): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  // It was deleted meanwhile.
  if (stat === undefined) return;
  attempt(() => lchownSync(path, -1, group));
  if (stat.isSymbolicLink()) return;
  attempt(() => chmodSync(path, (stat.mode & 0o7777) | (stat.isDirectory() ? OF_DIRECTORIES : 0o660)));
}

function attempt(change: () => void): void {
  try {
    change();
  } catch {
    return;
  }
}

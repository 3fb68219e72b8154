/**
 * Publishes a set of files atomically: they are written into a new directory, and the link `..data` is switched to it.
 * Readers see all of the old files or all of the new ones. The layout is the kubelet's, which programs rely on.
 */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, normalize, sep } from "node:path";

export interface PublishedFile {
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
  /** The file belongs to this user instead of root. */
  readonly uid?: number;
}

/** By path relative to the volume. */
export type Payload = ReadonlyMap<string, PublishedFile>;

const DATA = "..data";
const DATA_NEW = "..data_tmp";

/** Refuses paths that leave the volume, or look like the writer's own names. */
function checkPath(path: string): void {
  const clean = normalize(path);
  if (path.startsWith("/") || clean.startsWith("..") || clean.split(sep).includes(".."))
    throw new Error(`invalid path: must not contain '..': ${path}`);
}

function isPublished(directory: string, payload: Payload, group: number | undefined): boolean {
  try {
    const current = join(directory, readlinkSync(join(directory, DATA)));
    const files = readdirSync(current, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    if (files.length !== payload.size) return false;
    return [...payload].every(([path, { content, mode }]) => {
      const file = join(current, path);
      return (lstatSync(file).mode & 0o777) === modeOf(mode, group) && readFileSync(file).equals(content);
    });
  } catch {
    return false;
  }
}

/** A group that owns the volume may read every file. */
const modeOf = (mode: number, group: number | undefined): number => (group === undefined ? mode : mode | 0o440);

interface PublishOptions {
  /** The pod's fsGroup. */
  readonly group?: number;
}

/** Returns whether anything changed. */
export function publish(directory: string, payload: Payload, { group }: PublishOptions = {}): boolean {
  for (const path of payload.keys()) checkPath(path);
  const names = new Set([...payload.keys()].map((path) => normalize(path).split(sep)[0] ?? ""));
  if (isPublished(directory, payload, group)) {
    // The writer may have been killed before it made them.
    showEntries(directory, names);
    return false;
  }
  const stamp = new Date().toISOString().replaceAll(/[-:T]/g, "_").slice(0, 19);
  const name = `..${stamp}.${Math.floor(Math.random() * 1e10)}`;
  try {
    writeFiles(join(directory, name), payload, group);
  } catch (error) {
    rmSync(join(directory, name), { recursive: true, force: true });
    throw error;
  }
  const before = switchTo(directory, name);
  showEntries(directory, names);
  if (before !== undefined && before !== name && dirname(before) === ".")
    rmSync(join(directory, before), { recursive: true, force: true });
  return true;
}

function writeFiles(target: string, payload: Payload, group: number | undefined): void {
  const mkdir = (path: string) => {
    mkdirSync(path, { recursive: true });
    chmodSync(path, group === undefined ? 0o755 : 0o2755);
    if (group !== undefined) chownSync(path, -1, group);
  };
  mkdir(target);
  for (const [path, { content, mode, uid }] of payload) {
    const file = join(target, path);
    const parents = normalize(path).split(sep).slice(0, -1);
    for (const [i] of parents.entries()) mkdir(join(target, ...parents.slice(0, i + 1)));
    writeFileSync(file, content);
    chmodSync(file, modeOf(mode, group));
    if (uid !== undefined || group !== undefined) chownSync(file, uid ?? -1, group ?? -1);
  }
}

/** Returns the name of the directory that was published before. */
function switchTo(directory: string, name: string): string | undefined {
  let before: string | undefined;
  try {
    before = readlinkSync(join(directory, DATA));
  } catch {
    before = undefined;
  }
  rmSync(join(directory, DATA_NEW), { force: true });
  symlinkSync(name, join(directory, DATA_NEW));
  renameSync(join(directory, DATA_NEW), join(directory, DATA));
  return before;
}

/** One link for each name at the top, and none for names that are gone. */
function showEntries(directory: string, visible: ReadonlySet<string>): void {
  for (const { name } of readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink()))
    if (!name.startsWith("..") && !visible.has(name)) rmSync(join(directory, name), { force: true });
  for (const entry of visible) {
    const link = join(directory, entry);
    const there = lstatSync(link, { throwIfNoEntry: false });
    if (there === undefined) symlinkSync(join(DATA, entry), link);
  }
}

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { CliError } from "../cli-error.ts";
import { readFileIfPresent } from "../read-file.ts";
import { systemReason } from "../system-reason.ts";
import { writeDurably } from "./write-durably.ts";

/** The holder of a directory. The child is recorded so that the next holder can end it if this one is killed. */
const owner = v.object({ pid: v.number(), startedAt: v.nullable(v.string()), child: v.optional(v.number()) });
type Owner = v.InferOutput<typeof owner>;

/** One instance's files. Any of them may contain secrets, so nobody else may read them. */
export class DataDirectory {
  readonly path: string;
  /** Whether the directory was created just now. */
  readonly isNew: boolean;

  /** Creates and locks it; throws CliError if it cannot be written, or another instance has it. */
  constructor(path: string) {
    this.path = resolve(path);
    this.isNew = !existsSync(this.path);
    try {
      makeDirectories(this.path);
      accessSync(`${this.path}/.`, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new CliError(`cannot write to ${this.path}: ${systemReason(error)}`);
    }
    this.#lock();
  }

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  read(name: string): string | undefined {
    return readFileIfPresent(this.file(name));
  }

  /** Readable by the owner only. Atomic, even if the process is killed: without its keys a control plane is lost. */
  write(name: string, content: string | Uint8Array): void {
    try {
      writeFileSync(this.file(`${name}.new`), content, { mode: 0o600 });
      renameSync(this.file(`${name}.new`), this.file(name));
    } catch (error) {
      throw new CliError(`cannot write ${this.file(name)}: ${systemReason(error)}`);
    }
  }

  /** Like {@link write}, for keys: what is encrypted with a key must not outlast it in a power cut. */
  writeKey(name: string, text: string): void {
    try {
      writeDurably(this.file(name), text);
    } catch (error) {
      throw new CliError(`cannot write ${this.file(name)}: ${systemReason(error)}`);
    }
  }

  remove(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  /** Creates a directory inside, and returns its full path. */
  makeDirectory(name: string): string {
    mkdirSync(this.file(name), { recursive: true, mode: 0o700 });
    return this.file(name);
  }

  /** Empties the directory inside, and returns its full path. */
  makeEmptyDirectory(name: string): string {
    rmSync(this.file(name), { recursive: true, force: true });
    return this.makeDirectory(name);
  }

  /** Its owner's start time, as recorded in the lock. */
  get lockedSince(): string | null {
    return self().startedAt;
  }

  /** Records the process to end if this one is killed. */
  recordChild(pid: number): void {
    this.write("lock", JSON.stringify({ ...self(), child: pid }));
  }

  release(): void {
    rmSync(this.file("lock"), { force: true });
  }

  #lock(): void {
    for (;;) {
      try {
        writeFileSync(this.file("lock"), JSON.stringify(self()), { flag: "wx", mode: 0o600 });
        return;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // The file exists without content, which is better than a node that cannot start and so make room.
        if (code === "ENOSPC") return;
        if (code !== "EEXIST") throw new CliError(`cannot write to ${this.path}: ${systemReason(error)}`);
      }
      const holder = parseOwner(this.read("lock"));
      if (holder && isAlive(holder)) {
        throw new CliError(`${this.path} is in use by another instance (process ${holder.pid})`);
      }
      if (holder?.child !== undefined) endOrphan(holder.child, this.path);
      this.release();
    }
  }
}

/** Node's own recursive mkdir loops forever where the kernel says ENOENT for a parent that exists (/proc/1/x). */
function makeDirectories(path: string): void {
  if (existsSync(path)) return;
  makeDirectories(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

const self = (): Owner => ({ pid: process.pid, startedAt: startOf(process.pid) });

function parseOwner(text: string | undefined): Owner | undefined {
  try {
    const parsed = v.safeParse(owner, JSON.parse(text ?? ""));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** A process id may have been reused; together with its start time it is unique. */
function isAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startOf(pid) === startedAt;
}

/** The start time in clock ticks, on Linux; null on other systems, and for zombies. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/**
 * Ends what a killed instance left behind, if its command line names this directory, and waits until its port is free.
 */
function endOrphan(pid: number, directory: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(directory)) return;
    process.kill(pid, "SIGKILL");
    // A dying process has no command line any more, but keeps its port while any of its threads exists.
    while (readdirSync(`/proc/${pid}/task`).some((thread) => startOf(Number(thread)) !== null))
      Atomics.wait(pause, 0, 0, 5);
  } catch {
    // Gone already, or not ours.
  }
}

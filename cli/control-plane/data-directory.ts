import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { CliError } from "../cli-error.ts";
import { systemReason } from "../system-reason.ts";

/** Who holds a directory. The child is recorded so that whoever comes after a killed owner can end it. */
const owner = v.object({ pid: v.number(), startedAt: v.nullable(v.string()), child: v.optional(v.number()) });
type Owner = v.InferOutput<typeof owner>;

/** One instance's files. Everything in it may hold secrets, so nobody else may read it. */
export class DataDirectory {
  readonly path: string;
  /** The directory was not there before. */
  readonly isNew: boolean;

  /** Creates and locks it; throws CliError where it cannot be written or another instance has it. */
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
    try {
      return readFileSync(this.file(name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new CliError(`cannot read ${this.file(name)}: ${systemReason(error)}`);
    }
  }

  /** Readable by the owner only. Whoever is killed meanwhile leaves it as it was: without its keys a control plane is lost. */
  write(name: string, text: string): void {
    try {
      writeFileSync(this.file(`${name}.new`), text, { mode: 0o600 });
      renameSync(this.file(`${name}.new`), this.file(name));
    } catch (error) {
      throw new CliError(`cannot write ${this.file(name)}: ${systemReason(error)}`);
    }
  }

  remove(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  /** As {@link write}, for what something else writes to the open file. */
  writeBy(name: string, write: (file: number) => void): void {
    this.write(name, "");
    const file = openSync(this.file(name), "w");
    try {
      write(file);
    } finally {
      closeSync(file);
    }
  }

  /** The full path of a directory inside. */
  makeDirectory(name: string): string {
    mkdirSync(this.file(name), { recursive: true, mode: 0o700 });
    return this.file(name);
  }

  /** The start time of its owner, as the lock has it. */
  get lockedSince(): string | null {
    return self().startedAt;
  }

  /** Names the process to end if this one is killed. */
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
        // It is there, and says nothing: better than that a node cannot start which would make room.
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

/** Node's own recursive mkdir never returns where the kernel says ENOENT for a parent that exists (/proc/1/x). */
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

/** A process id alone may have been given to another process since; with its start time it is unique. */
function isAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startOf(pid) === startedAt;
}

/** The start time in clock ticks, as Linux tells it; null on other systems, and for a process that only waits to be reaped. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** Ends what a killed instance left behind, if its command line names this directory, and waits until its port is free. */
function endOrphan(pid: number, directory: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(directory)) return;
    process.kill(pid, "SIGKILL");
    // One that is dying has no command line any more, and its port for as long as one of its threads is there.
    while (readdirSync(`/proc/${pid}/task`).some((thread) => startOf(Number(thread)) !== null))
      Atomics.wait(pause, 0, 0, 5);
  } catch {
    // Gone already, or not ours.
  }
}

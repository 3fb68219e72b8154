/**
 * Resolves a path below a directory in which others may change names at any time: each step is held open, and the next
 * one is resolved relative to it. Links are followed here, and never by the kernel, so that none leads out.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { join, relative, sep } from "node:path";

/** A step leads out of the directory. Which one is not said, since that would reveal things about the machine. */
class EscapeError extends Error {
  override readonly name = "EscapeError";
}

export const isLinux = process.platform === "linux";
/**
 * Linux' flag for naming a file without opening it. Opening a device may act as a command: a watchdog resets the
 * machine.
 */
export const O_PATH = 0o10000000;
/** The longest chain of links, as in the kernel. */
const MAX_LINKS = 40;

export const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path);
  // Published volumes contain names that begin with two dots.
  return way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
};

/** `path` leads there while it is held, also for child processes. */
export interface Step {
  readonly path: string;
  readonly stat: Stats;
  release(): void;
}

function stepTo(path: string): Step {
  if (!isLinux) return { path, stat: lstatSync(path), release: () => {} };
  const file = openSync(path, constants.O_NOFOLLOW | O_PATH);
  return { path: `/proc/${process.pid}/fd/${file}`, stat: fstatSync(file), release: () => closeSync(file) };
}

const namesIn = (path: string): string[] => path.split("/").filter((name) => name !== "" && name !== ".");

/** The last step of the path, which the caller must release. Missing directories are created with the mode of `top`. */
export function wayWithin(top: string, path: string): Step {
  const way = new Way(top, path);
  try {
    return way.last();
  } finally {
    way.leave();
  }
}

class Way {
  readonly #top: string;
  readonly #path: string;
  readonly #steps: Step[];
  #links = 0;

  constructor(top: string, path: string) {
    this.#top = top;
    this.#path = path;
    this.#steps = [stepTo(top)];
  }

  last(): Step {
    const { mode } = this.#here.stat;
    const ahead = namesIn(this.#path);
    for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
      if (name === "..") {
        this.#back();
        continue;
      }
      const at = join(this.#here.path, name);
      const isMissing = lstatSync(at, { throwIfNoEntry: false }) === undefined;
      if (isMissing) mkdirSync(at, { mode: 0o777 });
      const next = stepTo(at);
      // Regardless of the umask.
      if (isMissing) chmodSync(next.path, mode & 0o7777);
      this.#steps.push(next);
      if (next.stat.isSymbolicLink()) ahead.unshift(...this.#through(at));
    }
    const last = this.#here;
    this.#steps.pop();
    return last;
  }

  leave(): void {
    for (const step of this.#steps.splice(0)) step.release();
  }

  get #here(): Step {
    const here = this.#steps.at(-1);
    if (here === undefined) throw this.#escape("leads out of the volume");
    return here;
  }

  #back(): void {
    this.#steps.pop()?.release();
    if (this.#steps.length === 0) throw this.#escape("leads out of the volume");
  }

  /** Replaces the link at the end of the path by the names that it contains. */
  #through(link: string): string[] {
    const target = readlinkSync(link);
    this.#back();
    if (++this.#links > MAX_LINKS) throw this.#escape("leads in a circle");
    if (!target.startsWith("/")) return namesIn(target);
    if (!isWithin(this.#top, target)) throw this.#escape("leads out of the volume");
    for (const step of this.#steps.splice(1)) step.release();
    return namesIn(relative(this.#top, target));
  }

  readonly #escape = (why: string) => new EscapeError(`subPath "${this.#path}" ${why}`);
}

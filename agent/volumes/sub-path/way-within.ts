/**
 * A way down from a directory, of which whoever can write there changes the names while it is gone: each step is held
 * open, and what is below it is named by that. Links are followed here, and never by the kernel, so that none leads
 * out.
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

/** Something on the way leads out of the directory: what, would tell of the machine. */
class EscapeError extends Error {
  override readonly name = "EscapeError";
}

export const isLinux = process.platform === "linux";
/**
 * Of Linux: names a file without opening what is behind it. A device may take that for a command: a watchdog resets the
 * machine.
 */
export const O_PATH = 0o10000000;
/** Links that lead to links; the kernel's own bound. */
const MOST_LINKS = 40;

export const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path);
  // Published volumes have names that begin with two dots.
  return way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
};

/** `path` leads there while it is held, also for programs that this process starts. */
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

/** The last step of the way, whose caller releases it. Directories with the mode of `top` are made where nothing is yet. */
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
    let isMade = false;
    for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
      if (name === "..") {
        this.#back();
        continue;
      }
      const at = join(this.#here.path, name);
      if (lstatSync(at, { throwIfNoEntry: false }) === undefined) {
        mkdirSync(at, { mode: 0o777 });
        isMade = true;
      }
      const next = stepTo(at);
      this.#steps.push(next);
      if (next.stat.isSymbolicLink()) ahead.unshift(...this.#through(at));
    }
    const last = this.#here;
    // As the kubelet does: the last one only, whatever the umask.
    if (isMade) chmodSync(last.path, mode & 0o7777);
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

  /** The names that the link at the end of the way stands for, in its place. */
  #through(link: string): string[] {
    const target = readlinkSync(link);
    this.#back();
    if (++this.#links > MOST_LINKS) throw this.#escape("leads in a circle");
    if (!target.startsWith("/")) return namesIn(target);
    if (!isWithin(this.#top, target)) throw this.#escape("leads out of the volume");
    for (const step of this.#steps.splice(1)) step.release();
    return namesIn(relative(this.#top, target));
  }

  #escape = (why: string) => new EscapeError(`subPath "${this.#path}" ${why}`);
}

/** Reads a container's log file as `kubectl logs` requests it; memory use does not grow with the log. */

import { type FileHandle, open, stat } from "node:fs/promises";
import type { LogOptions } from "../../api/node/node-sync.ts";
import { watchIfPossible } from "../files/watch-if-possible.ts";
import { parseLogEntry } from "../runtime/cri-log.ts";

export interface ReadLogOptions extends LogOptions {
  /** Whether the container may still write. Fails if the runtime does not answer: containers survive its restart. */
  readonly isRunning: () => Promise<boolean>;
  readonly signal: AbortSignal;
  /** Settles when more may be written. */
  readonly write: (bytes: Buffer) => Promise<void>;
}

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;
const LOOK_AGAIN_MS = 1000;

/** The offset at which the last `lines` lines begin. */
async function tailOffset(file: FileHandle, size: number, lines: number): Promise<number> {
  if (lines <= 0) return size;
  const buffer = Buffer.alloc(CHUNK);
  let found = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK);
    await file.read(buffer, 0, end - start, start);
    for (let i = end - start - 1; i >= 0; i--) {
      // The newline at the end of the last line does not begin another one.
      if (buffer[i] !== NEWLINE || start + i === size - 1) continue;
      if (++found === lines) return start + i + 1;
    }
    end = start;
  }
  return 0;
}

const sinceOf = ({ sinceSeconds, sinceTime }: LogOptions): number | undefined =>
  sinceTime !== undefined
    ? Date.parse(sinceTime)
    : sinceSeconds !== undefined
      ? Date.now() - sinceSeconds * 1000
      : undefined;

/** All of one length, as the kubelet shows them: containerd leaves the last zeros out. */
const fixedTime = (time: string): string =>
  time.replace(
    /(:\d\d)(?:\.(\d*))?(?=Z|[+-])/,
    (_, seconds: string, fraction = "") => `${seconds}.${fraction.padEnd(9, "0")}`,
  );

class Renderer {
  readonly #options: ReadLogOptions;
  readonly #since: number | undefined;
  #left: number;
  /** Lines written while the last ones are being read do not count among them. */
  #linesLeft: number;
  /** A partial entry was written whose line continues. */
  #inLine = false;
  constructor(options: ReadLogOptions) {
    this.#options = options;
    this.#since = sinceOf(options);
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    this.#linesLeft = (options.follow ? undefined : options.tailLines) ?? Number.POSITIVE_INFINITY;
  }

  get full(): boolean {
    return this.#left <= 0 || this.#linesLeft <= 0;
  }

  render(line: Buffer): Buffer | undefined {
    if (this.full) return undefined;
    this.#linesLeft--;
    const entry = parseLogEntry(line);
    if (entry === undefined) return undefined;
    const { timestamps } = this.#options;
    if (this.#since !== undefined && Date.parse(entry.time) < this.#since) return undefined;
    const parts = [entry.text];
    if (timestamps && !this.#inLine) parts.unshift(Buffer.from(`${fixedTime(entry.time)} `));
    if (!entry.partial) parts.push(Buffer.of(NEWLINE));
    this.#inLine = entry.partial;
    const bytes = Buffer.concat(parts).subarray(0, Math.max(0, this.#left));
    this.#left -= bytes.length;
    return bytes;
  }
}

/** Splits chunks into lines, without their newlines; an unfinished last one is kept for the next chunk. */
class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  *split(chunk: Buffer): Generator<Buffer> {
    const bytes = Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
  }
}

export async function readLog(path: string, options: ReadLogOptions): Promise<void> {
  const { signal, follow, isRunning, write } = options;
  let file = await openWhenThere(path, options);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    let position = options.tailLines === undefined ? 0 : await tailOffset(file, size, options.tailLines);
    const renderer = new Renderer(options);
    const splitter = new LineSplitter();
    const buffer = Buffer.alloc(CHUNK);
    let ending = false;
    while (!signal.aborted && !renderer.full) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, position);
      if (bytesRead > 0) {
        position += bytesRead;
        const out: Buffer[] = [];
        for (const line of splitter.split(buffer.subarray(0, bytesRead))) {
          const rendered = renderer.render(line);
          if (rendered !== undefined && rendered.length > 0) out.push(rendered);
        }
        if (out.length > 0) await write(Buffer.concat(out));
        continue;
      }
      const rotated = await replacement(path, file);
      if (rotated !== undefined) {
        await file.close();
        file = rotated;
        position = 0;
        continue;
      }
      if (!follow || ending) return;
      if (await isRunning().catch(() => true)) await changeOf(path, signal);
      // What was written just before its end is yet to be read.
      else ending = true;
    }
  } finally {
    await file.close();
  }
}

async function openWhenThere(
  path: string,
  { follow, signal, isRunning }: ReadLogOptions,
): Promise<FileHandle | undefined> {
  for (;;) {
    try {
      return await open(path, "r");
    } catch {
      if (!follow || signal.aborted || !(await isRunning().catch(() => true))) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The file that replaced the one being read after a rotation. */
async function replacement(path: string, file: FileHandle): Promise<FileHandle | undefined> {
  const [now, old] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
  return now === undefined || now.ino === old.ino ? undefined : open(path, "r").catch(() => undefined);
}

/** Settles when the file changes, or after a while. */
function changeOf(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      watcher?.close();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, LOOK_AGAIN_MS);
    const watcher = watchIfPossible(path, finish);
    signal.addEventListener("abort", finish);
  });
}

/**
 * The log format of CRI: one entry per line, `TIME STREAM TAG TEXT`. TAG is F for a full line and P for a partial one
 * that continues in the next entry of its stream. Times are RFC 3339 with nanoseconds.
 */
export type LogStream = "stdout" | "stderr";

export interface LogEntry {
  /** As written, with nanoseconds. */
  readonly time: string;
  readonly stream: LogStream;
  readonly partial: boolean;
  /** The text without its newline. */
  readonly text: Buffer;
}

/** containerd's limit for a partial line. */
const MAX_PIECE_BYTES = 16 * 1024;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/** `micros` since the epoch. */
export function logTime(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = String(Math.floor(micros % 1000)).padStart(3, "0");
  return `${new Date(ms).toISOString().slice(0, -1)}${rest}000Z`;
}

/** Splits a stream's bytes into entries; buffers an incomplete line. */
export class LogEncoder {
  #rest: Buffer = Buffer.alloc(0);
  readonly #stream: LogStream;
  constructor(stream: LogStream) {
    this.#stream = stream;
  }

  #entry(text: Buffer, tag: "F" | "P", time: string): Buffer {
    return Buffer.concat([Buffer.from(`${time} ${this.#stream} ${tag} `), text, Buffer.of(NEWLINE)]);
  }

  /** The entries that `chunk` completes. */
  push(chunk: Buffer, time: string): Buffer {
    const entries: Buffer[] = [];
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = rest.indexOf(NEWLINE);
      if (end >= 0 && end <= MAX_PIECE_BYTES) {
        entries.push(this.#entry(rest.subarray(0, end), "F", time));
        rest = rest.subarray(end + 1);
      } else if (rest.length > MAX_PIECE_BYTES) {
        entries.push(this.#entry(rest.subarray(0, MAX_PIECE_BYTES), "P", time));
        rest = rest.subarray(MAX_PIECE_BYTES);
      } else break;
    }
    this.#rest = Buffer.from(rest);
    return Buffer.concat(entries);
  }

  /** What is left at the end of the stream: a partial line, since there was no newline. */
  end(time: string): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? rest : this.#entry(rest, "P", time);
  }
}

/** One entry without its newline; undefined if it is not valid. */
export function parseLogEntry(line: Buffer): LogEntry | undefined {
  const first = line.indexOf(SPACE);
  const second = line.indexOf(SPACE, first + 1);
  const third = line.indexOf(SPACE, second + 1);
  if (first < 0 || second < 0 || third < 0) return undefined;
  const stream = line.toString("latin1", first + 1, second);
  if (stream !== "stdout" && stream !== "stderr") return undefined;
  return {
    time: line.toString("latin1", 0, first),
    stream,
    partial: line.toString("latin1", second + 1, third).split(":")[0] === "P",
    text: line.subarray(third + 1),
  };
}

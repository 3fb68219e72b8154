/** Log lines with their timestamps: where reading a log has got to, and merging the lines of several logs. */
import { withoutControls } from "./terminal-text.ts";

export interface LogLine {
  /** RFC 3339 with nanoseconds, as the node sent it; the previous line's if this one has none. */
  readonly time: string;
  /** The same in milliseconds; lines of several logs are ordered by it. */
  readonly at: number;
  /** Names the line's source. */
  readonly label: string;
  readonly text: string;
}

const STAMPED = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (.*)$/s;

/**
 * How far one log has been read. A reader that resumes asks for lines since the last timestamp; `sinceTime` has a resolution of one
 * second, so the lines of that second are sent again, and are dropped here.
 */
export class LogPosition {
  readonly #label: string;
  #last: LogLine | undefined;
  /** How many of the latest lines share the last timestamp. */
  #alike = 0;
  /** How many of those are still to be repeated; undefined once new lines have arrived. */
  #again: number | undefined;

  constructor(label: string) {
    this.#label = label;
  }

  /** The `sinceTime` for the next request; "" to read from the start. */
  get since(): string {
    return this.#last?.time ?? "";
  }

  resume(): void {
    if (this.since !== "") this.#again = this.#alike;
  }

  /** Returns the lines that were not read before. */
  take(texts: readonly string[]): LogLine[] {
    return texts.flatMap((text) => {
      const line = this.#parse(text);
      return this.#isNew(line) ? [line] : [];
    });
  }

  #parse(text: string): LogLine {
    const [, time, rest = text] = STAMPED.exec(text) ?? [];
    const { time: lastTime = "", at: lastAt = 0 } = this.#last ?? {};
    const when = time === undefined ? { time: lastTime, at: lastAt } : { time, at: Date.parse(time) };
    return { ...when, label: this.#label, text: withoutControls(rest) };
  }

  #isNew(line: LogLine): boolean {
    if (this.#last && this.#again !== undefined) {
      if (isBefore(line, this.#last)) return false;
      if (line.time === this.#last.time && this.#again-- > 0) return false;
      this.#again = undefined;
    }
    this.#alike = line.time === this.#last?.time ? this.#alike + 1 : 1;
    this.#last = line;
    return true;
  }
}

/** Timestamps of one log have one format, so their texts can be compared within a millisecond. */
const isBefore = (a: LogLine, b: LogLine): boolean => (a.at === b.at ? a.time < b.time : a.at < b.at);

/** Merges by time and keeps the last `most` lines. Lines with equal times keep their order. */
export function mergedLines(shown: readonly LogLine[], added: readonly LogLine[], most: number): readonly LogLine[] {
  const all = [...shown, ...added];
  const ordered = all.every((line, index) => index === 0 || line.at >= (all[index - 1]?.at ?? 0));
  return (ordered ? all : all.sort((a, b) => a.at - b.at)).slice(-most);
}

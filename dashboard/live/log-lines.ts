/** Lines of logs, each with its time; where the reading of one has come to; and those of several as one text. */
import { withoutControls } from "./terminal-text.ts";

export interface LogLine {
  /** As the log has it: RFC 3339 with nanoseconds; that of the line before where it has none. */
  readonly time: string;
  /** The same in milliseconds, by which the lines of several logs are put in order. */
  readonly at: number;
  /** Whose line it is. */
  readonly label: string;
  readonly text: string;
}

const STAMPED = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (.*)$/s;

/**
 * The lines of one log, which may be read again from where it was read to: `sinceTime` counts whole seconds, so what came in that
 * second comes again, and is left out.
 */
export class LogPosition {
  readonly #label: string;
  #last: LogLine | undefined;
  /** How many lines have the last one's time. */
  #alike = 0;
  /** How many of those are still to come again; undefined once what comes is new. */
  #again: number | undefined;

  constructor(label: string) {
    this.#label = label;
  }

  /** What the log is asked for next; "" for its beginning. */
  get since(): string {
    return this.#last?.time ?? "";
  }

  resume(): void {
    if (this.since !== "") this.#again = this.#alike;
  }

  /** The new ones of these lines. */
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

/** Stamps of one log have one form, so that their texts say what milliseconds do not. */
const isBefore = (a: LogLine, b: LogLine): boolean => (a.at === b.at ? a.time < b.time : a.at < b.at);

/** Both in the order of their times, of which the last `most` are kept. Each log's own lines stay in theirs. */
export function mergedLines(kept: readonly LogLine[], added: readonly LogLine[], most: number): readonly LogLine[] {
  const all = [...kept, ...added];
  const ordered = all.every((line, index) => index === 0 || line.at >= (all[index - 1]?.at ?? 0));
  return (ordered ? all : all.sort((a, b) => a.at - b.at)).slice(-most);
}

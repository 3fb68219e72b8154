/** What is sought in a log, and the match that was stepped to. */
import { useMemo, useState } from "preact/hooks";
import type { LogLine } from "../../live/log-lines.ts";
import { type Found, indexOf, type Match, matchesIn, step } from "./log-matches.ts";

export interface LogSearch {
  readonly sought: string;
  readonly seek: (text: string) => void;
  /** Whether lines without a match are left out. */
  readonly only: boolean;
  readonly showOnly: (only: boolean) => void;
  /** What is shown: all lines, or those that match. */
  readonly texts: readonly string[];
  readonly found: readonly Found<LogLine>[];
  /** Of the current match; -1 if there is none. */
  readonly index: number;
  readonly go: (by: 1 | -1) => void;
  /** Counts the steps, so that the same match can be gone to again. */
  readonly steps: number;
}

export function useLogSearch(lines: readonly LogLine[], textOf: (line: LogLine) => string, of: unknown): LogSearch {
  const [sought, setSought] = useState("");
  const [only, showOnly] = useState(true);
  const [current, setCurrent] = useState<Match<LogLine> | undefined>(undefined);
  const [steps, setSteps] = useState(0);
  const { texts, found } = useMemo(() => {
    const wanted = only ? sought.toLowerCase() : "";
    const shown = lines
      .map((line) => ({ line, text: textOf(line) }))
      .filter(({ text }) => text.toLowerCase().includes(wanted));
    const texts = shown.map(({ text }) => text);
    const matching = shown.map(({ line }) => line);
    return { texts, found: matchesIn(matching, texts, sought) };
  }, [lines, of, sought, only]);
  return {
    sought,
    seek: (text) => {
      setSought(text);
      setCurrent(undefined);
    },
    only,
    showOnly,
    texts,
    found,
    index: indexOf(found, current),
    go: (by) => {
      setCurrent(step(found, current, by));
      setSteps(steps + 1);
    },
    steps,
  };
}

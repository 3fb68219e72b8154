/**
 * Follows the logs of several containers and merges them. No line is lost when the connection breaks, when a container restarts, or
 * while the page is hidden.
 */
import { type Signal, signal } from "@preact/signals";
import { type LogLine, LogPosition, mergedLines } from "./log-lines.ts";
import type { LogEnding, LogPlace } from "./log-place.ts";
import { pause } from "./pause.ts";

export interface LogSource {
  /** The path of the pod's log. */
  readonly path: string;
  readonly container: string;
  /** The prefix of its lines. */
  readonly label: string;
  /** Identifies the container's current run: each run has its own log. "" before the first one. */
  readonly run: string;
}

export interface LogState {
  readonly following: number;
  /** How many lost their connection and are about to reconnect. */
  readonly lost: number;
  /** Errors that the API server returned. */
  readonly problems: readonly string[];
}

export interface LogOptions {
  readonly follow: boolean;
  /** The log before the last restart. */
  readonly previous: boolean;
  readonly place: LogPlace;
}

/** More would slow down the page; the oldest lines are dropped. */
const MAX_LINES = 5000;
/** Lines that arrive within this time are drawn together. */
const FLUSH_MS = 50;
const MAX_PAUSE_MS = 5000;

type Stage = { readonly name: "reading" } | LogEnding;

export class LogReader {
  readonly lines: Signal<readonly LogLine[]> = signal([]);
  readonly state: Signal<LogState> = signal({ following: 0, lost: 0, problems: [] });
  readonly #options: LogOptions;
  readonly #readers = new Map<string, SourceReader>();
  readonly #added: LogLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Reads these sources from now on. Lines of earlier sources are kept. */
  read(sources: readonly LogSource[]): void {
    const tail = Math.ceil(MAX_LINES / Math.max(1, sources.length));
    const wanted = new Map(sources.map((source) => [`${source.path} ${source.container}`, source]));
    for (const [key, reader] of this.#readers) {
      if (wanted.has(key)) continue;
      reader.stop();
      this.#readers.delete(key);
    }
    for (const [key, source] of wanted) {
      const known = this.#readers.get(key);
      if (known) known.runs(source.run);
      else {
        const take = (lines: readonly LogLine[]) => this.#take(lines);
        this.#readers.set(key, new SourceReader(source, tail, { ...this.#options, take, onLines: () => this.#emit() }));
      }
    }
    this.#emit();
  }

  stop(): void {
    for (const reader of this.#readers.values()) reader.stop();
    this.#readers.clear();
    clearTimeout(this.#timer);
  }

  #take(lines: readonly LogLine[]): void {
    this.#added.push(...lines);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.lines.value = mergedLines(this.lines.peek(), this.#added.splice(0), MAX_LINES);
    }, FLUSH_MS);
  }

  #emit(): void {
    const stages = [...this.#readers.values()].map(({ stage }) => stage);
    this.state.value = {
      following: this.#options.follow ? stages.filter(({ name }) => name === "reading").length : 0,
      lost: stages.filter(({ name }) => name === "lost").length,
      problems: stages.flatMap((stage) => (stage.name === "refused" ? [stage.problem] : [])),
    };
  }
}

interface SourceOptions extends LogOptions {
  readonly take: (lines: readonly LogLine[]) => void;
  readonly onLines: () => void;
}

class SourceReader {
  stage: Stage = { name: "reading" };
  readonly #source: LogSource;
  readonly #tail: number;
  readonly #options: SourceOptions;
  readonly #position: LogPosition;
  readonly #stop = new AbortController();
  #run: string;
  #failures = 0;
  /** Wakes the reader when the container starts another run. */
  #begun = () => {};

  constructor(source: LogSource, tail: number, options: SourceOptions) {
    this.#source = source;
    this.#run = source.run;
    this.#tail = tail;
    this.#options = options;
    this.#position = new LogPosition(source.label);
    void this.#read();
  }

  runs(run: string): void {
    if (run === this.#run) return;
    this.#run = run;
    this.#begun();
  }

  stop(): void {
    this.#stop.abort();
    this.#begun();
  }

  async #read(): Promise<void> {
    const { signal: stop } = this.#stop;
    const { follow, place } = this.#options;
    while (!stop.aborted) {
      await place.whenVisible(stop);
      const run = this.#run;
      this.#is({ name: "reading" });
      const ending = await place.whileVisible(stop, (seen) => this.#once(seen));
      if (stop.aborted) return;
      this.#is(ending);
      if (ending.name !== "lost") {
        if (!follow) return;
        await this.#otherThan(run);
      } else {
        const paused = pause(Math.min(MAX_PAUSE_MS, 500 * 2 ** this.#failures++), stop);
        await Promise.race([paused, this.#otherThan(run)]);
      }
    }
  }

  #once(stop: AbortSignal): Promise<LogEnding> {
    const { follow, previous, place, take } = this.#options;
    const { path, container } = this.#source;
    this.#position.resume();
    const request = { path, container, previous, tail: this.#tail, since: this.#position.since };
    const taken = (lines: readonly string[]) => {
      this.#failures = 0;
      take(this.#position.take(lines));
    };
    // A container that has not started has nothing to follow; a plain request returns the reason.
    return follow && this.#run !== "" ? place.follow(request, taken, stop) : place.read(request, taken, stop);
  }

  #otherThan(run: string): Promise<void> {
    if (run !== this.#run) return Promise.resolve();
    return new Promise((resolve) => {
      this.#begun = resolve;
    });
  }

  #is(stage: Stage): void {
    this.stage = stage;
    this.#options.onLines();
  }
}

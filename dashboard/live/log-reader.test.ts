import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LogEnding, LogRequest } from "./log-place.ts";
import { LogReader, type LogSource } from "./log-reader.ts";
import { pause } from "./pause.ts";

/** A stream that was opened: the request, and functions to continue it. */
interface Opened {
  readonly how: "read" | "follow";
  readonly request: LogRequest;
  readonly say: (...lines: string[]) => void;
  readonly end: (ending: LogEnding) => void;
  readonly stop: AbortSignal;
}

const web: LogSource = { path: "/pods/web/log", container: "c", label: "web", run: "one" };
const stamped = (second: number, text: string) => `2026-11-29T10:00:0${second}.000000000Z ${text}`;

describe("a log reader", () => {
  let opened: Opened[];
  /** Aborted when the page gets hidden; replaced by a new one when it is visible again. */
  let seen: AbortController;

  const stream =
    (how: Opened["how"]) =>
    (request: LogRequest, take: (lines: readonly string[]) => void, stop: AbortSignal): Promise<LogEnding> =>
      new Promise((resolve) => {
        opened.push({ how, request, say: (...lines) => take(lines), end: resolve, stop });
        stop.addEventListener("abort", () => resolve({ name: "lost" }));
      });
  const following = (previous = false) =>
    new LogReader({
      follow: !previous,
      previous,
      place: {
        read: stream("read"),
        follow: stream("follow"),
        whenVisible: async (stop) => {
          while (seen.signal.aborted && !stop.aborted) await pause(100, stop);
        },
        whileVisible: (stop, run) => run(AbortSignal.any([stop, seen.signal])),
      },
    });
  const texts = (reader: LogReader) => reader.lines.value.map(({ label, text }) => `${label}: ${text}`);
  const settle = (ms = 60) => vi.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    opened = [];
    seen = new AbortController();
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it("loses and repeats nothing when the connection breaks", async () => {
    const reader = following();
    reader.read([web]);
    await settle();
    opened[0]?.say(stamped(1, "a"), stamped(2, "b"));
    opened[0]?.end({ name: "lost" });
    await settle();
    expect(reader.state.value).toMatchObject({ lost: 1, following: 0 });
    await settle(1000);
    expect(opened[1]?.request.since).toBe("2026-11-29T10:00:02.000000000Z");
    opened[1]?.say(stamped(2, "b"), stamped(3, "c"));
    await settle();
    expect(texts(reader)).toEqual(["web: a", "web: b", "web: c"]);
    expect(reader.state.value).toMatchObject({ lost: 0, following: 1 });
  });

  it("continues with a container's next run, and keeps the lines of the previous one", async () => {
    const reader = following();
    reader.read([web]);
    await settle();
    opened[0]?.say(stamped(1, "dies"));
    opened[0]?.end({ name: "ended" });
    await settle(60_000);
    expect(opened).toHaveLength(1);
    reader.read([{ ...web, run: "two" }]);
    await settle();
    opened[1]?.say(stamped(5, "lives"));
    await settle();
    expect(texts(reader)).toEqual(["web: dies", "web: lives"]);
  });

  it("asks why a container has not started, and follows it once it has", async () => {
    const reader = following();
    reader.read([{ ...web, run: "" }]);
    await settle();
    expect(opened[0]?.how).toBe("read");
    opened[0]?.end({ name: "refused", problem: "it waits" });
    await settle();
    expect(reader.state.value.problems).toEqual(["it waits"]);
    reader.read([web]);
    await settle();
    expect(opened[1]?.how).toBe("follow");
    expect(reader.state.value.problems).toEqual([]);
  });

  it("adds and removes containers", async () => {
    const reader = following();
    reader.read([web]);
    await settle();
    opened[0]?.say(stamped(3, "first"));
    reader.read([{ ...web, path: "/pods/other/log", label: "other" }]);
    await settle();
    expect(opened[0]?.stop.aborted).toBe(true);
    opened[1]?.say(stamped(1, "earlier"));
    await settle();
    expect(texts(reader)).toEqual(["other: earlier", "web: first"]);
  });

  it("pauses while the page is hidden, and catches up afterwards", async () => {
    const reader = following();
    reader.read([web]);
    await settle();
    opened[0]?.say(stamped(1, "a"));
    seen.abort();
    await settle(60_000);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.stop.aborted).toBe(true);
    seen = new AbortController();
    await settle(1000);
    expect(opened[1]?.request.since).not.toBe("");
  });

  it("reads the log of the previous run once", async () => {
    const reader = following(true);
    reader.read([web]);
    await settle();
    expect(opened[0]).toMatchObject({ how: "read", request: { previous: true } });
    opened[0]?.end({ name: "ended" });
    reader.read([{ ...web, run: "two" }]);
    await settle(60_000);
    expect(opened).toHaveLength(1);
  });
});

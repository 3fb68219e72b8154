import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fault, restartOnFault } from "./restart-on-fault.ts";

describe("AGENT-FAULTS: an error that nothing caught", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** `stops`: whether a run ends when it should. */
  function runs({ stops = true, fails = (_run: number): boolean => false } = {}) {
    const source = new EventEmitter();
    const stop = new AbortController();
    const reasons: unknown[] = [];
    const faults: unknown[] = [];
    const pauses: number[] = [];
    let run = 0;
    const ended = restartOnFault({
      run: async (signal) => {
        if (fails(++run)) throw new Error(`run ${run} failed`);
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => stops && resolve());
        });
        reasons.push(signal.reason);
        return run;
      },
      signal: stop.signal,
      onFault: (error) => faults.push(error),
      source,
      pause: async (ms) => void pauses.push(ms / 1000),
    });
    const fault = async () => {
      source.emit("uncaughtException", new Error("unexpected"));
      await vi.advanceTimersByTimeAsync(1);
    };
    return { source, stop, reasons, faults, pauses, ended, fault };
  }

  it("ends the run, and another begins, after longer and longer pauses", async () => {
    const { source, stop, reasons, faults, pauses, ended, fault } = runs();
    for (let i = 0; i < 8; i++) await fault();
    expect(faults).toHaveLength(8);
    expect(reasons.map((reason) => reason instanceof Fault)).toEqual(Array(8).fill(true));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    stop.abort();
    await expect(ended).resolves.toBe(9);
    expect(source.listenerCount("uncaughtException")).toBe(0);
  });

  it("counts as the first after a long run", async () => {
    const { pauses, fault, stop, ended } = runs();
    for (const minutes of [0, 0, 9, 11]) {
      await vi.advanceTimersByTimeAsync(minutes * 60_000);
      await fault();
    }
    expect(pauses).toEqual([1, 2, 4, 1]);
    stop.abort();
    await ended;
  });

  it("is not the reason if a run was asked to end", async () => {
    const { stop, ended, reasons, pauses } = runs();
    stop.abort();
    await expect(ended).resolves.toBe(1);
    expect([reasons[0] instanceof Fault, pauses]).toEqual([false, []]);
  });

  it("is final if the run does not end", async () => {
    const { fault, ended } = runs({ stops: false });
    const failed = expect(ended).rejects.toThrow("does not end");
    await fault();
    await vi.advanceTimersByTimeAsync(30_000);
    await failed;
  });

  it("is unlike a first run that fails, which no later one would change", async () => {
    await expect(runs({ fails: () => true }).ended).rejects.toThrow("run 1 failed");
  });

  it("leads to further runs even if one of those fails", async () => {
    const { fault, faults, pauses, stop, ended } = runs({ fails: (run) => run === 2 });
    await fault();
    expect(faults).toEqual([new Error("unexpected"), new Error("run 2 failed")]);
    expect(pauses).toEqual([1, 2]);
    stop.abort();
    await expect(ended).resolves.toBe(3);
  });
});

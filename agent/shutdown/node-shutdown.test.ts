import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import type { PodWorker } from "../pod/pod-worker.ts";
import type { ShutdownNotice } from "./logind.ts";
import { NodeShutdown } from "./node-shutdown.ts";
import { shutdownPeriods } from "./shutdown-periods.ts";

let directory: string;
let steps: string[];
let workers: PodWorker[];
let announce: (begins: boolean) => void;
let prepared: (seconds: number) => Promise<void>;

/** A pod that takes so long to end (ms). */
function worker(name: string, { priority = 0, grace = 30, takes = 0, ended = false }): PodWorker {
  const own = { isOver: false };
  return {
    pod: { metadata: { name }, spec: { priority, containers: [] }, status: {} },
    ended,
    grace,
    get isOver() {
      return own.isOver;
    },
    shutDown(graceSeconds: number) {
      steps.push(`${name} has ${graceSeconds} s`);
      setTimeout(() => {
        own.isOver = true;
        steps.push(`${name} has ended`);
      }, takes);
    },
  } as unknown as PodWorker;
}

const notice = (): ShutdownNotice => ({
  prepare: (seconds) => prepared(seconds),
  hold: () => steps.push("hold"),
  release: () => steps.push("release"),
  follow: (onShutdown) => {
    announce = onShutdown;
    return new Promise(() => {});
  },
  close: () => steps.push("close"),
});

const shutdownOf = (settings = { shutdownGracePeriod: "30s", shutdownGracePeriodCriticalPods: "10s" }) =>
  new NodeShutdown({
    periods: shutdownPeriods(settings),
    notice: notice(),
    workers: () => workers,
    onChange: () => steps.push("change"),
    recordEvent: ({ reason, message }) => steps.push(`${reason}: ${message}`),
    file: join(directory, "state"),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    log: { info: () => {}, warn: (text) => steps.push(text) },
  });

beforeEach(() => {
  vi.useFakeTimers();
  directory = temporaryDirectory();
  [steps, workers] = [[], []];
  prepared = async (seconds) => void steps.push(`prepare ${seconds} s`);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

const CRITICAL = { priority: 2_000_000_000 };

describe("AGENT-SHUTDOWN: a machine that shuts down", () => {
  it("ends the node's pods in order, waits no longer than necessary, and goes on", async () => {
    workers = [
      worker("dns", { ...CRITICAL, takes: 1000 }),
      worker("web", { grace: 5, takes: 3000 }),
      worker("slow", { grace: 60, takes: 50_000 }),
      worker("done", { ended: true }),
    ];
    const shutdown = shutdownOf();
    void shutdown.follow();
    await vi.advanceTimersByTimeAsync(0);
    expect(steps.splice(0)).toEqual(["prepare 30 s", "hold"]);
    expect([shutdown.trouble, shutdown.times]).toEqual([undefined, { start: 0, end: 0 }]);

    announce(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(shutdown.trouble).toBe("node is shutting down");
    expect(steps.splice(0)).toEqual([
      "NodeShutdown: Shutdown manager detected shutdown event",
      "change",
      "web has 5 s",
      "slow has 20 s",
    ]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(steps.splice(0)).toEqual(["web has ended", "dns has 10 s"]);
    await vi.advanceTimersByTimeAsync(1100);
    expect(steps.splice(0)).toEqual(["dns has ended", "release"]);
    expect(shutdown.times.end - shutdown.times.start).toBeCloseTo(21, 0);
    expect(shutdownOf().times).toEqual(shutdown.times);
    shutdown.stop();
    expect(steps).toEqual(["close"]);
  });

  it("may be cancelled: the node takes pods again, and the next shutdown waits again", async () => {
    workers = [worker("web", { takes: 5000 }), worker("dns", { ...CRITICAL })];
    const shutdown = shutdownOf();
    void shutdown.follow();
    await vi.advanceTimersByTimeAsync(0);
    announce(true);
    await vi.advanceTimersByTimeAsync(1000);
    steps = [];
    announce(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shutdown.trouble).toBeUndefined();
    expect(steps).toEqual([
      "NodeShutdown: Shutdown manager detected shutdown cancellation",
      "change",
      "hold",
      "web has ended",
    ]);
  });

  it("that cannot be followed is reported once, and tried again", async () => {
    let tries = 0;
    prepared = async () => {
      if (tries++ < 2) throw new Error("this machine has no busctl");
    };
    const shutdown = shutdownOf();
    void shutdown.follow();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(steps).toEqual(["a shutdown of the machine will not wait for its pods: this machine has no busctl", "hold"]);
    shutdown.stop();
  });

  it("is not waited for without a period", async () => {
    await shutdownOf({ shutdownGracePeriod: "0", shutdownGracePeriodCriticalPods: "0" }).follow();
    expect(steps).toEqual([]);
  });
});

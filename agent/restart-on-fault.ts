/**
 * Runs something, and runs it again after a fault: an error that nothing caught, of a listener or a timer, by which
 * Node.js would end the process. What was under way then is in an unknown state, so all of it ends first
 * (docs/decisions/0013).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { steadyNow } from "./steady-now.ts";

const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;
/** After a run of this length a fault counts as the first. */
const GOOD_RUN_MS = 600_000;
/** What has not ended by then never will, and cannot run beside its successor. */
const PATIENCE_MS = 30_000;

/** Why a signal was aborted: there will be another run. */
export class Fault extends Error {}

interface FaultSource {
  on(event: "uncaughtException", listener: (error: unknown) => void): unknown;
  off(event: "uncaughtException", listener: (error: unknown) => void): unknown;
}

export interface RestartOptions<T> {
  /** One run, until the signal aborts. If the first one fails, that is the result. */
  readonly run: (signal: AbortSignal) => Promise<T>;
  readonly signal: AbortSignal;
  readonly onFault: (error: unknown) => void;
  readonly source?: FaultSource;
  /** Ends early if the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {});

export async function restartOnFault<T>(options: RestartOptions<T>): Promise<T> {
  const { run, signal, onFault, source = process, pause = pauseFor } = options;
  let abort = () => {};
  const listener = (error: unknown) => {
    onFault(error);
    abort();
  };
  source.on("uncaughtException", listener);
  try {
    for (let pauseMs = FIRST_PAUSE_MS, isFirst = true; ; isFirst = false) {
      const fault = new AbortController();
      abort = () => fault.abort(new Fault());
      const began = steadyNow();
      try {
        const ended = await untilEnd(run(AbortSignal.any([signal, fault.signal])), fault.signal);
        if (!fault.signal.aborted || signal.aborted) return ended;
      } catch (error) {
        if (isFirst && !fault.signal.aborted) throw error;
        if (signal.aborted || error instanceof Fault) throw error;
        if (!fault.signal.aborted) onFault(error);
      }
      if (steadyNow() - began > GOOD_RUN_MS) pauseMs = FIRST_PAUSE_MS;
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  } finally {
    source.off("uncaughtException", listener);
  }
}

/** Fails if the run does not end after a fault. */
async function untilEnd<T>(running: Promise<T>, fault: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    fault.addEventListener("abort", () => {
      timer = setTimeout(() => reject(new Fault("it does not end after a fault")), PATIENCE_MS);
    });
  });
  try {
    return await Promise.race([running, stuck]);
  } finally {
    clearTimeout(timer);
  }
}

/** How much work something is: unlike time on the clock, this does not depend on what else the machine does. */
import { expect } from "vitest";

/** Begins to measure; the returned function says how much processor time (ms) this process has taken since then. */
export function cpuStopwatch(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}

/** The body of a test that may take this many milliseconds of processor time. */
export function inCpuTime<A extends unknown[]>(
  milliseconds: number,
  body: (...row: A) => void | Promise<void>,
): (...row: A) => Promise<void> {
  return async (...row) => {
    const taken = cpuStopwatch();
    await body(...row);
    expect(taken()).toBeLessThan(milliseconds);
  };
}

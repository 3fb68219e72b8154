import { describe, expect, it } from "vitest";
import type { ProbeKind } from "./probe-outcome.ts";
import { beginPace, counts, nextPace } from "./probe-pace.ts";

const PERIOD = 10_000;

/**
 * When a container that responds well from `goodAt` on is probed until `end`, and which results count: `-` a failure,
 * `+` a success.
 */
function asksOf(
  kind: ProbeKind,
  { ageMs = 0, goodAt, end }: { ageMs?: number; goodAt: number; end: number },
): string[] {
  let pace = beginPace(kind, { periodMs: PERIOD, ageMs }, 0);
  const asks: string[] = [];
  for (let at = kind === "liveness" ? pace.due : 0; at < end; ) {
    const requested = { probedAt: at, ok: at >= goodAt };
    asks.push(`${at}${counts(pace, requested) ? (requested.ok ? "+" : "-") : ""}`);
    const next = nextPace(pace, requested, PERIOD);
    pace = next;
    at = next.probeAt;
  }
  return asks;
}

describe("AGENT-PROBE: a container that has just started", () => {
  it("becomes ready soon after it answers, and is then probed once a period", () => {
    expect(asksOf("readiness", { goodAt: 600, end: 30_000 })).toEqual(["0", "250", "750+", "10750+", "20750+"]);
  });

  it("has one period before failures count, with probes less and less often", () => {
    const asks = ["0", "250", "750", "1750", "3750", "7750", "10000-", "20000-"];
    expect(asksOf("readiness", { goodAt: 99_000, end: 30_000 })).toEqual(asks);
    expect(asksOf("startup", { goodAt: 99_000, end: 30_000 })).toEqual(asks);
  });

  it("is probed for liveness only once per period", () => {
    expect(asksOf("liveness", { goodAt: 99_000, end: 35_000 })).toEqual(["10000-", "20000-", "30000-"]);
  });
});

describe("AGENT-PROBE: a container that already runs or whose initial delay has passed", () => {
  it("is probed at once, and the result counts", () => {
    expect(asksOf("readiness", { ageMs: 60_000, goodAt: 0, end: 15_000 })).toEqual(["0+", "10000+"]);
    expect(asksOf("liveness", { ageMs: 60_000, goodAt: 99_000, end: 15_000 })).toEqual(["0-", "10000-"]);
    expect(asksOf("readiness", { ageMs: 60_000, goodAt: 700, end: 15_000 })).toEqual(["0-", "250", "750+", "10750+"]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { RuntimeHealth } from "./runtime-health.ts";

const told: string[] = [];
beforeEach(() => told.splice(0));

/** A runtime that last answered at 0, and answers now if `answers` returns true. */
function healthOf(answers: () => boolean) {
  let answeredAt = 0;
  const health = new RuntimeHealth({
    runtime: {
      answeredAt: () => answeredAt,
      version: async () => {
        told.push("asked");
        if (!answers()) throw new Error("connect ECONNREFUSED");
        answeredAt = Number.POSITIVE_INFINITY;
        return { name: "containerd", version: "2" };
      },
    },
    onChange: () => told.push(health.trouble ?? "well"),
    log: { info: () => {}, warn: () => {} },
  });
  return health;
}

describe("AGENT-RUNTIME: a node whose container runtime", () => {
  it("has just answered asks for nothing", async () => {
    await healthOf(() => false).look(30_000);
    expect(told).toEqual([]);
  });

  it("was silent, because nothing was asked of it, stays as it was", async () => {
    await healthOf(() => true).look(30_001);
    expect(told).toEqual(["asked"]);
  });

  it("does not answer is not Ready, and says so once; it is Ready again when that is back", async () => {
    let isBack = false;
    const health = healthOf(() => isBack);
    await health.look(30_001);
    await health.look(35_000);
    expect(told).toEqual(["asked", "container runtime is down", "asked"]);
    isBack = true;
    await health.look(40_000);
    expect(told.slice(3)).toEqual(["asked", "well"]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { RuntimeHealth } from "./runtime-health.ts";

const reported: string[] = [];
beforeEach(() => reported.splice(0));

/** A runtime that last answered at 0, and answers now if `answers` returns true. */
function healthOf(answers: () => boolean) {
  let respondedAt = 0;
  const health = new RuntimeHealth({
    runtime: {
      respondedAt: () => respondedAt,
      version: async () => {
        reported.push("asked");
        if (!answers()) throw new Error("connect ECONNREFUSED");
        respondedAt = Number.POSITIVE_INFINITY;
        return { name: "containerd", version: "2" };
      },
    },
    onChange: () => reported.push(health.trouble ?? "well"),
    log: { info: () => {}, warn: () => {} },
  });
  return health;
}

describe("AGENT-RUNTIME: a node's container runtime", () => {
  it("is not probed if it has just answered", async () => {
    await healthOf(() => false).look(30_000);
    expect(reported).toEqual([]);
  });

  it("stays healthy if it was silent but answers a probe", async () => {
    await healthOf(() => true).look(30_001);
    expect(reported).toEqual(["asked"]);
  });

  it("makes the node NotReady if it does not answer, reported once, until it answers again", async () => {
    let isBack = false;
    const health = healthOf(() => isBack);
    await health.look(30_001);
    await health.look(35_000);
    expect(reported).toEqual(["asked", "container runtime is down", "asked"]);
    isBack = true;
    await health.look(40_000);
    expect(reported.slice(3)).toEqual(["asked", "well"]);
  });
});

import { describe, expect, it } from "vitest";
import type { NodeUsage, UsageCall } from "../../api/node/node-usage.ts";
import { UsageCalls } from "./usage-calls.ts";

const usageOf = (node: string, at: number): NodeUsage => ({
  node,
  at,
  windowMs: 1000,
  cpuNanocores: 1,
  memoryBytes: 1,
  pods: [],
});

/** Nodes that answer at once, except for those that are away. */
function bench({ away = [] as string[] } = {}) {
  const calls = new UsageCalls();
  const requests: string[] = [];
  let now = 1000;
  const send = (node: string, call: UsageCall) => {
    if (away.includes(node)) return false;
    requests.push(node);
    queueMicrotask(() => calls.receive(node, { ...call, usage: usageOf(node, now) }));
    return true;
  };
  return {
    calls,
    requests,
    ask: (...nodes: string[]) => calls.query(nodes, send, () => now),
    later: (ms: number) => {
      now += ms;
    },
  };
}

describe("LINK-USAGE: what nodes use", () => {
  it("is requested from all nodes except those that are down", async () => {
    const { ask } = bench({ away: ["b"] });
    expect((await ask("a", "b", "c")).map(({ node }) => node)).toEqual(["a", "c"]);
  });

  it("is not requested again within a short time", async () => {
    const { ask, requests, later } = bench();
    await ask("a");
    later(14_000);
    await ask("a", "b");
    later(14_000);
    await ask("a");
    expect(requests).toEqual(["a", "b", "a"]);
  });

  it("is accepted only if it comes from the node itself", async () => {
    const calls = new UsageCalls();
    const answer = calls.query(
      ["a"],
      (_, call) => {
        calls.receive("b", { ...call, usage: usageOf("a", 0) });
        calls.receive("a", { ...call, usage: usageOf("b", 0) });
        calls.receive("a", { ...call, usage: usageOf("a", 7) });
        return true;
      },
      () => 0,
    );
    expect(await answer).toEqual([usageOf("a", 7)]);
  });
});

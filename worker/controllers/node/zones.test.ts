import { describe, expect, it } from "vitest";
import { node } from "../../../test/fakes/controllers/controlled-nodes.ts";
import { evictionsOf } from "./zones.ts";

describe("nodes", () => {
  it.each<[string, readonly (readonly [zone: string, ready: number, lost: number])[], number | undefined]>([
    ["few of a zone are lost", [["a", 2, 1]], 10_000],
    [
      "two of two are lost beside another zone",
      [
        ["a", 0, 2],
        ["b", 1, 0],
      ],
      10_000,
    ],
    ["most of a very small zone is lost", [["a", 1, 2]], 10_000],
    ["most of a small zone is lost", [["a", 2, 3]], undefined],
    ["just less than most of one is lost", [["a", 5, 6]], 10_000],
    ["just most of one is lost", [["a", 9, 11]], undefined],
    ["most of a zone that is almost large is lost", [["a", 20, 30]], undefined],
    ["most of a zone that is just large is lost", [["a", 20, 31]], 100_000],
    ["most of a large zone is lost", [["a", 20, 40]], 100_000],
    [
      "every zone is lost",
      [
        ["a", 0, 3],
        ["b", 0, 1],
      ],
      undefined,
    ],
  ])("evict at the right rate when %s", (_, zones, expected) => {
    const nodes = zones.flatMap(([zone, ready, lost]) =>
      [...Array(ready + lost).keys()].map((i) =>
        node(`${zone}${i}`, i < ready ? "True" : "Unknown", { "topology.kubernetes.io/zone": zone }),
      ),
    );
    expect(evictionsOf(nodes).everyMs.get(":a")).toBe(expected);
  });

  it("CTL-ZONE-EXCLUDED: with the exclusion label are not counted", () => {
    const excluded = { "node.kubernetes.io/exclude-disruption": "" };
    const lost = ["n1", "n2", "n3"].map((name) => node(name, "Unknown", excluded));
    expect(evictionsOf([...lost, node("n4", "True")])).toMatchObject({
      isOutage: false,
      everyMs: new Map([[":", 10_000]]),
    });
    expect(evictionsOf([...lost, node("n4", "Unknown")]).isOutage).toBe(true);
  });
});

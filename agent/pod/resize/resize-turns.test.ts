import { describe, expect, it } from "vitest";
import { type Requested, requestingPod } from "../../../test/fakes/node/requesting-pod.ts";
import type { WaitingForRoom } from "../allocation.ts";
import { othersAtTurn } from "./resize-turns.ts";

const waiting = (name: string, from: string, request: Requested, since = 0): WaitingForRoom => ({
  requested: requestingPod(name, { memory: "1Mi", ...request }),
  given: requestingPod(name, { memory: "1Mi", ...request, cpu: from }),
  since,
});

/** What the others have when it is `mine`'s turn, on a node with two CPUs. */
function atTurn(mine: WaitingForRoom, ...others: WaitingForRoom[]): Record<string, string | number | undefined> {
  const now = othersAtTurn(mine, {
    waiting: [mine, ...others],
    others: others.map(({ given }) => given),
    allocatable: { cpu: "2", memory: "1Gi" },
  });
  return Object.fromEntries(
    now.map(({ metadata, spec }) => [metadata.name, spec.containers[0]?.resources?.requests?.cpu]),
  );
}

describe("AGENT-RESIZE-TURN: pods that wait for resources", () => {
  const plain = waiting("plain", "100m", { cpu: "1" }, 5);

  it.each<[string, WaitingForRoom, string]>([
    ["has a higher priority", waiting("other", "100m", { cpu: "1500m", priority: 10 }, 9), "1500m"],
    ["is Guaranteed", waiting("other", "100m", { cpu: "1500m", limited: true }, 9), "1500m"],
    ["has waited for longer", waiting("other", "100m", { cpu: "1500m" }, 1), "1500m"],
    ["requests no more than it has", waiting("other", "1500m", { cpu: "1" }, 9), "1"],
  ])("yield to another that %s", (_, other, has) => expect(atTurn(plain, other)).toEqual({ other: has }));

  it("do not yield to later requests, nor to those that exceed the node", () => {
    expect(atTurn(plain, waiting("later", "100m", { cpu: "1500m" }, 9))).toEqual({ later: "100m" });
    expect(atTurn(plain, waiting("large", "100m", { cpu: "1950m", priority: 10 }))).toEqual({ large: "100m" });
  });

  it("are served in turn, even if nothing is left for the second", () => {
    const first = waiting("first", "100m", { cpu: "1", priority: 2 });
    const second = waiting("second", "100m", { cpu: "1", priority: 1 });
    expect(atTurn(plain, second, first)).toEqual({ first: "1", second: "100m" });
  });
});

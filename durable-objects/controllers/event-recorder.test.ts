import { describe, expect, it } from "vitest";
import { configMap, controllerOf } from "../../test/fakes/controllers/config-map-controller.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import { settled } from "../../worker/controllers/controller.ts";

describe("events of controllers", () => {
  it("CTL-EVENTS: combines events that differ only in their message, from the tenth on", async () => {
    let recorded = 0;
    const at = controlledCluster([
      controllerOf((_name, { snapshot }) => {
        const about = snapshot.get("configmaps", "ns", "a");
        if (!about || about.metadata.generation === undefined || recorded >= 12) return settled;
        recorded++;
        return { effects: [], events: [{ about, type: "Normal", reason: "Again", message: `time ${recorded}` }] };
      }),
    ]);
    at.cluster.put("configmaps", configMap("a"));
    for (let round = 0; round < 12; round++) {
      await at.settle();
      at.cluster.change("configmaps", "ns", "a", (draft) => {
        draft.metadata.labels = { round: String(round) };
      });
    }
    await at.settle();
    const messages = at.cluster.list("events").map(({ message, count }) => `${message} x${count}`);
    expect(messages).toHaveLength(10);
    expect(messages.at(-1)).toBe("(combined from similar events): time 12 x3");
    const reporters = at.cluster.list("events").map(({ reportingComponent }) => reportingComponent);
    expect(reporters).toEqual([...Array.from({ length: 9 }, () => "test-controller"), ""]);
  });

  it("CTL-EVENTS: continues its counts after hibernation, and still limits the events per object", async () => {
    const at = controlledCluster([
      controllerOf((_name, { now, snapshot }) => {
        const about = snapshot.get("configmaps", "ns", "a");
        if (!about) return settled;
        const events = [{ about, type: "Warning", reason: "Failed", message: "no metrics" } as const];
        return { effects: [], events, wakeAt: now + 15_000 };
      }),
    ]);
    at.cluster.put("configmaps", configMap("a"));
    for (let round = 0; round < 40; round++) {
      await at.settle();
      at.restart();
      at.cluster.now += 15_000;
    }
    // 25 at once, then one for each of not quite ten intervals of five minutes.
    expect(at.cluster.list("events").map(({ count }) => count)).toEqual([26]);
  });
});

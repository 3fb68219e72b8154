import { describe, expect, it } from "vitest";
import type { Node } from "../../../api/generated/core.v1.ts";
import { node, pod, renew, start, taints } from "../../../test/fakes/controllers/controlled-nodes.ts";

const on = (key: string, tolerationSeconds?: number) => ({
  key,
  operator: "Exists",
  effect: "NoExecute",
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

describe("nodes", () => {
  it("that evict keep pods as long as the pods tolerate the taint", async () => {
    const at = start();
    const everything = { operator: "Exists", effect: "NoExecute" };
    at.cluster.put("nodes", node("n1", "False"));
    at.cluster.put("nodes", node("n2", "True"));
    at.cluster.put("pods", pod("now"));
    at.cluster.put("pods", pod("later", [{ ...everything, tolerationSeconds: 300 }]));
    at.cluster.put("pods", pod("never", [everything]));
    await at.settle();
    const names = () => at.cluster.list("pods").map(({ metadata }) => metadata.name);
    expect(names()).toEqual(["later", "never"]);
    for (let beats = 0; beats <= 30; beats++) {
      renew(at, "n1");
      renew(at, "n2");
      await at.pass(10_000);
    }
    expect(names()).toEqual(["never"]);
  });

  it("CTL-EVICT-ALL: that evict also evict finished pods, and mark terminating ones only once", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "False"));
    at.cluster.put("nodes", node("n2", "True"));
    at.cluster.put("pods", { ...pod("ended"), status: { phase: "Succeeded" } });
    const leaving = {
      name: "leaving",
      namespace: "ns",
      deletionTimestamp: "2024-01-01T00:00:00Z",
      finalizers: ["x/y"],
    };
    at.cluster.put("pods", { ...pod("leaving"), metadata: leaving });
    await at.settle();
    expect(at.cluster.list("pods")).toMatchObject([
      { metadata: { name: "leaving" }, status: { conditions: [{ type: "DisruptionTarget", status: "True" }] } },
    ]);
    const marked = at.cluster.list("events").filter(({ reason }) => reason === "TaintManagerEviction");
    expect(marked).toMatchObject([{ count: 1 }, { count: 1 }]);
  });

  it("CTL-GC-MISSING: that are deleted lose their pods, unless they come back in time", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.put("pods", pod("p"));
    await at.pass(60_000);
    at.cluster.remove("nodes", "", "n1");
    await at.pass(39_000);
    at.cluster.put("nodes", node("n1", "True"));
    await at.pass(10_000);
    at.cluster.remove("nodes", "", "n1");
    await at.pass(39_000);
    expect(at.cluster.list("pods")).toHaveLength(1);
    await at.pass(2000);
    expect(at.cluster.list("pods")).toEqual([]);
    expect(at.complaints).toEqual([]);
  });

  it("CTL-EVICT-FIRST: that evict use the first matching toleration, and spare pods whose limited toleration no longer applies", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.put("pods", pod("first", [on("k", 100), on("k", 5)]));
    at.cluster.put("pods", pod("free", [on("k"), on("other", 300)]));
    const taint = (taints: NonNullable<Node["spec"]["taints"]>) =>
      at.cluster.change("nodes", "", "n1", (draft) => {
        draft.spec.taints = taints;
      });
    await at.settle();
    taint([{ key: "k", effect: "NoExecute" }]);
    await at.pass(20_000);
    expect(at.cluster.list("pods")).toHaveLength(2);
    taint([]);
    await at.settle();
    const messages = at.cluster.list("events").map(({ message }) => message);
    expect(messages.filter((message) => message?.includes("Pod"))).toEqual(["Cancelling deletion of Pod ns/first"]);
  });

  it.each<[string, Parameters<typeof pod>[1], { taints?: [string, string][]; bound?: string }, number | undefined]>([
    ["tolerates neither of two", [], {}, 0],
    ["tolerates one of two", [on("k")], {}, 0],
    ["tolerates the other of two", [on("l", 30)], {}, 0],
    ["tolerates both", [on("k"), on("l")], {}, undefined],
    ["tolerates both for a time, of which the shorter counts", [on("k", 30), on("l", 20)], {}, 20],
    ["tolerates one for a time", [on("k"), on("l", 20)], {}, 20],
    ["tolerates for less than no time", [on("k", -5), on("l")], {}, 0],
    ["tolerates from when the taint was added", [on("k", 20)], { taints: [["k", "2026-01-01T00:00:00Z"]] }, 10],
    [
      "was bound after the taint was added",
      [on("k", 20)],
      { taints: [["k", "2026-01-01T00:00:00Z"]], bound: "2026-01-01T00:00:05Z" },
      15,
    ],
  ])("that evict keep a pod that %s for its time", async (_, tolerations, { taints, bound }, seconds) => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    const added: [string, string][] = taints ?? [
      ["k", "2026-01-01T00:00:10Z"],
      ["l", "2026-01-01T00:00:10Z"],
    ];
    const conditions = bound === undefined ? [] : [{ type: "PodScheduled", status: "True", lastTransitionTime: bound }];
    at.cluster.put("pods", { ...pod("p", tolerations), status: { phase: "Running", conditions } });
    at.cluster.now += 10_000;
    at.cluster.change("nodes", "", "n1", ({ spec }) => {
      spec.taints = [
        { key: "x", effect: "NoSchedule" },
        ...added.map(([key, timeAdded]) => ({ key, effect: "NoExecute", timeAdded })),
      ];
    });
    await at.settle();
    const isThere = () => at.cluster.list("pods").length === 1;
    if (seconds !== 0) expect(isThere()).toBe(true);
    if (seconds) await at.pass(seconds * 1000 - 1);
    expect(isThere()).toBe(seconds !== 0);
    await at.pass(1);
    expect(isThere()).toBe(seconds === undefined);
  });

  it("that are tainted without timeAdded get it, and count tolerations from then", async () => {
    const at = start();
    const limited = [{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 10 }];
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.put("pods", pod("p", limited));
    const taint = (taints: NonNullable<Node["spec"]["taints"]>) =>
      at.cluster.change("nodes", "", "n1", (draft) => {
        draft.spec.taints = taints;
      });
    taint([{ key: "k", effect: "NoExecute" }]);
    await at.pass(5000);
    taint([]);
    await at.pass(20_000);
    const messages = () => at.cluster.list("events").map(({ message }) => message);
    expect(messages()).toContain("Cancelling deletion of Pod ns/p");
    taint([{ key: "k", effect: "NoExecute" }]);
    await at.pass(9000);
    expect(at.cluster.list("pods")).toHaveLength(1);
    await at.pass(2000);
    expect(at.cluster.list("pods")).toEqual([]);
    expect(messages()).toContain("Marking for deletion Pod ns/p");
  });

  it("that were tainted before a pod named them let it stay for as long as it tolerates", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.change("nodes", "", "n1", (draft) => {
      draft.spec.taints = [{ key: "k", effect: "NoExecute", timeAdded: "2020-01-01T00:00:00Z" }];
    });
    await at.settle();
    at.cluster.put("pods", pod("p", [{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 10 }]));
    await at.pass(8000);
    expect(at.cluster.list("pods")).toHaveLength(1);
    await at.pass(3000);
    expect(at.cluster.list("pods")).toEqual([]);
  });

  it("that are all unreachable at once evict no pods until one is back", async () => {
    const at = start();
    for (const name of ["n1", "n2"]) at.cluster.put("nodes", node(name, "Unknown"));
    at.cluster.put("pods", pod("p"));
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule"]);
    at.cluster.change("nodes", "", "n2", (draft) => {
      draft.status.conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: "2030-01-01T00:00:00Z" }];
    });
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule", "unreachable NoExecute"]);
    expect(at.cluster.list("pods")).toEqual([]);
  });

  it("of one zone evict one after another, ten seconds apart", async () => {
    const at = start();
    for (const name of ["n1", "n2", "n3", "n4", "n5", "n6"])
      at.cluster.put("nodes", node(name, name > "n3" ? "True" : "Unknown"));
    await at.settle();
    const evicting = () =>
      at.cluster
        .list("nodes")
        .filter(({ spec }) => spec.taints?.some(({ effect }) => effect === "NoExecute"))
        .map(({ metadata }) => metadata.name);
    expect(evicting()).toEqual(["n1"]);
    await at.pass(8000);
    expect(evicting()).toEqual(["n1"]);
    await at.pass(3000);
    expect(evicting()).toEqual(["n1", "n2"]);
    await at.pass(10_000);
    expect(evicting()).toEqual(["n1", "n2", "n3"]);
  });

  it("stop evicting when the last of them becomes unreachable, too", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "Unknown"));
    at.cluster.put("nodes", node("n2", "True"));
    await at.settle();
    at.cluster.change("nodes", "", "n2", (draft) => {
      draft.status.conditions = [{ type: "Ready", status: "Unknown" }];
    });
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule"]);
  });
});

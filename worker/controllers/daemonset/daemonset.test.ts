import { describe, expect, it } from "vitest";
import type { ControllerRevision } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { dm, node, pods, start, status } from "../../../test/fakes/controllers/controlled-daemon-set.ts";

describe("daemon set", () => {
  it("CTL-DS-OVER: replaces a finished pod, even while a finalizer holds it", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    const name = pods(at)[0]?.metadata.name ?? "";
    at.cluster.change("pods", "ns", name, (draft) => {
      draft.metadata.finalizers = ["example.com/held"];
      draft.metadata.deletionTimestamp = "2030-01-01T00:00:00Z";
      draft.status = { phase: "Running" };
    });
    await at.settle();
    expect(pods(at)).toHaveLength(1);
    at.cluster.change("pods", "ns", name, (draft) => {
      draft.status = { phase: "Succeeded" };
    });
    await at.settle();
    expect(pods(at)).toHaveLength(2);
    expect(status(at)).toMatchObject({ currentNumberScheduled: 1, numberMisscheduled: 0 });
  });

  it("CTL-DS-FAILED: replaces a failed pod after 1 s, 2 s, … 15 min, and that of a changed set at once", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    const fail = async () => {
      const name = pods(at).find(({ status }) => status.phase !== "Failed")?.metadata.name;
      if (name !== undefined)
        at.cluster.change("pods", "ns", name, (draft) => {
          draft.status = { phase: "Failed" };
        });
      await at.settle();
    };
    const replacedAfter = async () => {
      const began = at.cluster.now;
      await fail();
      const [failed] = pods(at).filter(({ status }) => status.phase === "Failed");
      if (failed) at.restart();
      for (await at.settle(); failed && pods(at).some(({ metadata }) => metadata.uid === failed.metadata.uid); )
        await at.pass((at.wakeAt() ?? 0) - at.cluster.now);
      return (at.cluster.now - began) / 1000;
    };
    const waits: number[] = [];
    for (let failures = 0; failures < 13; failures++) waits.push(await replacedAfter());
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    at.cluster.change("daemonsets.apps", "ns", "dm", ({ metadata, spec }) => {
      metadata.generation = 2;
      spec.minReadySeconds = 1;
    });
    await at.settle();
    expect(await replacedAfter()).toBe(0);
    expect(await replacedAfter()).toBe(1);
  });

  it("CTL-DS-FAILED: replaces the first failed pod of a set at once, though another set of its name failed there", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    for (let sets = 0; sets < 2; sets++) {
      at.cluster.put("daemonsets.apps", dm());
      await at.settle();
      at.cluster.change("pods", "ns", pods(at)[0]?.metadata.name ?? "", (draft) => {
        draft.status = { phase: "Failed" };
      });
      await at.settle();
      expect(pods(at).map(({ status }) => status.phase)).toEqual([undefined]);
      for (const { metadata } of pods(at)) at.cluster.remove("pods", "ns", metadata.name);
      at.cluster.remove("daemonsets.apps", "ns", "dm");
    }
  });

  it("CTL-DS-PENDING: removes a pod pending for its node when the template changes, not when the node's label does", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    at.cluster.change("nodes", "", "n1", (draft) => {
      draft.metadata.labels = {};
    });
    await at.settle();
    expect(pods(at)).toHaveLength(1);
    at.cluster.change("daemonsets.apps", "ns", "dm", (draft) => {
      draft.spec.template.spec = { ...draft.spec.template.spec, nodeSelector: { no: "way" } } as Pod["spec"];
    });
    await at.settle();
    expect(pods(at)).toEqual([]);
  });

  it("runs on every node that it fits, cordoned ones too", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put(
      "nodes",
      node("n2", { taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }] }),
    );
    at.cluster.put("nodes", node("n3", { taints: [{ key: "own", effect: "NoSchedule" }] }));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(pods(at)).toHaveLength(2);
    expect(pods(at)[0]?.metadata.labels).toMatchObject({ app: "dm", "pod-template-generation": "1" });
    expect(status(at)).toEqual({
      currentNumberScheduled: 2,
      desiredNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 0,
      numberUnavailable: 2,
      observedGeneration: 1,
      updatedNumberScheduled: 2,
    });
    expect(at.cluster.list("controllerrevisions.apps")).toMatchObject([
      { revision: 1, metadata: { labels: { app: "dm" } }, data: { spec: { template: { $patch: "replace" } } } },
    ]);
  });

  it("CTL-DS-HISTORY: keeps fewer old revisions if its pods use one of them", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put("daemonsets.apps", dm({ revisionHistoryLimit: 1, updateStrategy: { type: "OnDelete" } }));
    await at.settle();
    for (const image of ["pause:2", "pause:3"]) {
      at.cluster.change("daemonsets.apps", "ns", "dm", ({ spec }) => {
        for (const container of spec.template.spec?.containers ?? []) container.image = image;
      });
      await at.settle();
    }
    const revisions = at.cluster.list("controllerrevisions.apps");
    expect(revisions.map(({ revision }) => revision).sort()).toEqual([1, 3]);
  });

  it("CTL-DS-EQUAL: keeps the newest of equal revisions, and moves its pods to that one", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    const [first] = at.cluster.list("controllerrevisions.apps");
    const pod = pods(at)[0];
    const labels = { ...first?.metadata.labels, "controller-revision-hash": "copy" };
    const metadata = { ...first?.metadata, name: "dm-copy", uid: "copy", labels };
    at.cluster.put("controllerrevisions.apps", { ...first, metadata, revision: 2 } as ControllerRevision);
    await at.settle();
    const revisions = () => at.cluster.list("controllerrevisions.apps").map(({ metadata: { name } }) => name);
    at.cluster.change("daemonsets.apps", "ns", "dm", (draft) => {
      draft.metadata.annotations = { reason: "too early for a copy to count" };
    });
    await at.settle();
    expect(revisions()).toEqual([first?.metadata.name, "dm-copy"]);
    expect(pods(at)).toEqual([pod]);
    await at.pass(5000);
    expect(revisions()).toEqual(["dm-copy"]);
    expect(pods(at)).toMatchObject([
      { metadata: { name: pod?.metadata.name, labels: { "controller-revision-hash": "copy" } } },
    ]);
  });

  it("CTL-REVISION: prints the template in its revision as Go does, fields in order", async () => {
    const at = start();
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    const [revision] = at.cluster.list("controllerrevisions.apps");
    const members: string[][] = [];
    JSON.stringify(revision?.data, (_, value) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) members.push(Object.keys(value));
      return value;
    });
    expect(members.length).toBeGreaterThan(4);
    expect(members).toEqual(members.map((names) => names.toSorted()));
  });

  it("adds pods to new nodes, and removes them from nodes that lose the label", async () => {
    const at = start();
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    at.cluster.put("nodes", node("n1"));
    await at.settle();
    const [pod] = pods(at);
    at.cluster.change("pods", "ns", pod?.metadata.name ?? "", (draft) => {
      draft.spec.nodeName = "n1";
    });
    at.cluster.change("nodes", "", "n1", (draft) => {
      draft.metadata.labels = {};
    });
    await at.settle();
    expect(pods(at)).toEqual([]);
    expect(status(at)?.desiredNumberScheduled).toBe(0);
  });

  it("leaves an adopted pod that is meant for no node to the scheduler", async () => {
    const at = start();
    at.cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "solo", namespace: "ns", labels: { app: "dm" } },
      spec: { containers: [] },
      status: { phase: "Pending" },
    });
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    expect(at.cluster.get("pods", "ns", "solo")?.metadata.ownerReferences).toHaveLength(1);
  });

  it("counts the pods that it creates in the same turn", async () => {
    const at = start();
    for (const name of ["n1", "n2"]) at.cluster.put("nodes", node(name));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    const writes = () => at.cluster.requests.filter((request) => request.includes("daemonsets"));
    expect(status(at)).toMatchObject({ currentNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 0 });
    expect(writes()).toHaveLength(1);
    at.cluster.remove("pods", "ns", pods(at)[0]?.metadata.name ?? "");
    await at.settle();
    expect(pods(at)).toHaveLength(2);
    expect(writes()).toHaveLength(1);
  });

  it("CTL-DS-PLACE: pins a pod to its node with affinity for the node's name only", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: "pool", operator: "In", values: ["a"] }] }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    const containers = [{ name: "c", image: "pause:1" }];
    at.cluster.put(
      "daemonsets.apps",
      dm({ template: { metadata: { labels: { app: "dm" } }, spec: { affinity, containers } } }),
    );
    await at.settle();
    expect(pods(at)[0]?.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }],
    });
  });

  it("CTL-DS-NEW: treats an orphaned pod as current if its template generation matches", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    const left = (name: string, count: string): Pod => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "ns", labels: { app: "dm", "pod-template-generation": count } },
      spec: { nodeName: "n1", containers: [] },
      status: { phase: "Running" },
    });
    at.cluster.put("pods", left("left", "1"));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    expect(pods(at).map(({ metadata }) => metadata.name)).toEqual(["left"]);
    expect(status(at)).toMatchObject({ currentNumberScheduled: 1, updatedNumberScheduled: 1 });
  });

  it("replaces template tolerations that differ only in seconds by those of daemons", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    const notReady = { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" };
    const tolerations = [
      { ...notReady, tolerationSeconds: 30 },
      { key: "x", operator: "Exists" },
    ];
    at.cluster.put(
      "daemonsets.apps",
      dm({ template: { metadata: { labels: { app: "dm" } }, spec: { tolerations, containers: [] } } }),
    );
    await at.settle();
    expect(pods(at)[0]?.spec.tolerations?.slice(0, 2)).toEqual([notReady, { key: "x", operator: "Exists" }]);
  });

  it("CTL-REVISION-TAKEN: uses another name if a revision's is taken, and reuses one with the same data", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    const [first] = at.cluster.list("controllerrevisions.apps");
    const again = async (data: unknown) => {
      const other = start();
      other.cluster.put("nodes", node("n1"));
      const metadata = { name: first?.metadata.name ?? "", namespace: "ns" };
      other.cluster.put("controllerrevisions.apps", { ...first, metadata, data, revision: 7 } as ControllerRevision);
      other.cluster.put("daemonsets.apps", dm());
      await other.settle();
      const names = other.cluster.list("controllerrevisions.apps").length;
      return {
        names,
        collisions: status(other)?.collisionCount,
        label: pods(other)[0]?.metadata.labels?.["controller-revision-hash"],
      };
    };
    expect(await again({ other: "data" })).toEqual({ names: 2, collisions: 1, label: expect.any(String) });
    expect(await again(first?.data)).toEqual({ names: 1, collisions: undefined, label: undefined });
  });
});

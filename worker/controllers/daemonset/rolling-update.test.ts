import { describe, expect, it } from "vitest";
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import { dm, generation, node, pods, start, status } from "../../../test/fakes/controllers/controlled-daemon-set.ts";

describe("a daemon set's rolling update", () => {
  it("replaces unready pods at once, and none under OnDelete", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put("daemonsets.apps", dm());
    await at.settle();
    const update = (image: string, type: string) =>
      at.cluster.change("daemonsets.apps", "ns", "dm", (draft) => {
        draft.spec.updateStrategy = { type };
        draft.spec.template.spec = { nodeSelector: { pool: "a" }, containers: [{ name: "c", image }] };
        draft.metadata.annotations = generation(image.slice(-1));
      });
    update("pause:2", "RollingUpdate");
    await at.settle();
    expect(pods(at).map(({ spec }) => spec.containers[0]?.image)).toEqual(["pause:2"]);
    update("pause:3", "OnDelete");
    await at.settle();
    expect(pods(at).map(({ spec }) => spec.containers[0]?.image)).toEqual(["pause:2"]);
    expect(status(at)?.updatedNumberScheduled).toBeUndefined();
  });

  it("CTL-DS-OLDEST: counts only the oldest pod of a surging node", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.put(
      "daemonsets.apps",
      dm({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
    );
    await at.settle();
    const ready = { type: "Ready", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" };
    at.cluster.change("pods", "ns", pods(at)[0]?.metadata.name ?? "", (draft) => {
      draft.spec.nodeName = "n1";
      draft.status = { phase: "Running", conditions: [ready] };
    });
    at.cluster.change("daemonsets.apps", "ns", "dm", (draft) => {
      draft.spec.template.spec = { nodeSelector: { pool: "a" }, containers: [{ name: "c", image: "pause:2" }] };
      draft.metadata.annotations = generation("2");
    });
    await at.settle();
    expect(pods(at)).toHaveLength(2);
    expect(status(at)).toMatchObject({ currentNumberScheduled: 1, numberReady: 1, numberAvailable: 1 });
    expect(status(at)?.updatedNumberScheduled).toBeUndefined();
  });

  it("CTL-DS-SURGE: deletes an unready old pod even if the new one is not ready, and creates a pod beside a terminating one", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    const updateStrategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    at.cluster.put("daemonsets.apps", dm({ updateStrategy }));
    await at.settle();
    at.cluster.change("daemonsets.apps", "ns", "dm", (draft) => {
      draft.spec.template.spec = { nodeSelector: { pool: "a" }, containers: [{ name: "c", image: "pause:2" }] };
      draft.metadata.annotations = generation("2");
    });
    await at.settle();
    const images = () => pods(at).map(({ spec }) => spec.containers[0]?.image);
    expect(images()).toEqual(["pause:2"]);
    const name = pods(at)[0]?.metadata.name ?? "";
    at.cluster.change("pods", "ns", name, (draft) => {
      draft.metadata.finalizers = ["example.com/hold"];
    });
    at.cluster.remove("pods", "ns", name);
    await at.settle();
    expect(images()).toEqual(["pause:2", "pause:2"]);
  });

  it("CTL-DS-LEAVE: an update removes the old pods of nodes that accept no new ones; with surge only after replacements exist", async () => {
    const at = start();
    for (const name of ["n1", "n2"]) at.cluster.put("nodes", node(name));
    const surging = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    at.cluster.put("daemonsets.apps", dm({ updateStrategy: surging }));
    await at.settle();
    const runAll = async () => {
      const conditions = [{ type: "Ready", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" }];
      for (const { metadata, spec } of pods(at)) {
        const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
        const [nodeName = ""] = terms?.[0]?.matchFields?.[0]?.values ?? [];
        at.cluster.change("pods", "ns", metadata.name ?? "", (draft) => {
          draft.spec.nodeName = nodeName;
          draft.status = { phase: "Running", conditions };
        });
      }
      await at.settle();
    };
    const update = (image: string, updateStrategy: NonNullable<DaemonSet["spec"]["updateStrategy"]>) => {
      at.cluster.change("daemonsets.apps", "ns", "dm", (draft) => {
        draft.spec.updateStrategy = updateStrategy;
        draft.spec.template.spec = { nodeSelector: { pool: "a" }, containers: [{ name: "c", image }] };
        draft.metadata.annotations = generation(image.slice(-1));
      });
      return at.settle();
    };
    const where = () => pods(at).map(({ spec }) => `${spec.nodeName ?? "-"} ${spec.containers[0]?.image}`);
    await runAll();
    at.cluster.change("nodes", "", "n2", (draft) => {
      draft.spec = { taints: [{ key: "full", effect: "NoSchedule" }] };
    });
    await update("pause:2", surging);
    // One more than required is available, so the one on n2 is deleted; the one on n1 waits for its successor.
    expect(where().sort()).toEqual(["- pause:2", "n1 pause:1"]);
    await runAll();
    expect(where()).toEqual(["n1 pause:2"]);
    at.cluster.put("nodes", node("n2"));
    await at.settle();
    await runAll();
    at.cluster.change("nodes", "", "n2", (draft) => {
      draft.spec = { taints: [{ key: "full", effect: "NoSchedule" }] };
    });
    await update("pause:3", { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } });
    await runAll();
    await runAll();
    expect(where()).toEqual(["n1 pause:3"]);
  });
});

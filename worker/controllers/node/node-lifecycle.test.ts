import { describe, expect, it } from "vitest";
import { node, nodeAt, pod, renew, start, taints } from "../../../test/fakes/controllers/controlled-nodes.ts";

describe("nodes", () => {
  it("are tainted by their conditions, and lose the taints when these clear", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "Unknown"));
    at.cluster.put("nodes", node("n2", "True"));
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule", "unreachable NoExecute"]);
    at.cluster.change("nodes", "", "n1", (draft) => {
      draft.spec.unschedulable = true;
      draft.status.conditions = [
        { type: "Ready", status: "True", lastHeartbeatTime: "2030-01-01T00:00:00Z" },
        { type: "DiskPressure", status: "True" },
      ];
    });
    await at.settle();
    expect(taints(at)).toEqual(["disk-pressure NoSchedule", "unschedulable NoSchedule"]);
  });

  it("CTL-NODE-TAINTS: are tainted in the order of their conditions, and not before they report any", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.change("nodes", "", "n1", ({ spec }) => {
      spec.taints = [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }];
    });
    await at.settle();
    expect(taints(at)).toEqual([]);
    at.cluster.change("nodes", "", "n1", ({ status }) => {
      status.conditions = ["PIDPressure", "MemoryPressure", "Ready"].map((type) => ({ type, status: "True" }));
    });
    await at.settle();
    expect(taints(at)).toEqual(["pid-pressure NoSchedule", "memory-pressure NoSchedule"]);
  });

  it("CTL-NODE-LEASE: that renew a lease are healthy until its grace period ends", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.change("nodes", "", "n1", ({ status }) => {
      status.conditions = [{ type: "Ready", status: "True" }];
    });
    for (let beats = 0; beats < 12; beats++) {
      renew(at);
      await at.pass(10_000);
    }
    const readyOf = () => nodeAt(at)?.status.conditions?.find(({ type }) => type === "Ready")?.status;
    expect(readyOf()).toBe("True");
    await at.pass(45_000);
    expect(readyOf()).toBe("Unknown");
  });

  it("CTL-NODE-CLOCK: whose clock is ahead fall silent, too", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    const readyOf = () => nodeAt(at)?.status.conditions?.find(({ type }) => type === "Ready")?.status;
    await at.pass(49_000);
    // Nothing new: it told the same time before.
    at.cluster.change("nodes", "", "n1", ({ metadata }) => {
      metadata.labels = { seen: "again" };
    });
    at.restart();
    expect(readyOf()).toBe("True");
    await at.pass(1000);
    expect(readyOf()).toBe("Unknown");
    at.cluster.put("nodes", node("n2", "True"));
    for (let beats = 0; beats < 12; beats++) {
      renew(at, "n2", 10 * 365 * 86_400_000);
      await at.pass(10_000);
    }
    expect(nodeAt(at, "n2")?.status.conditions?.[0]?.status).toBe("True");
    await at.pass(100_000);
    expect(nodeAt(at, "n2")?.status.conditions?.[0]?.status).toBe("Unknown");
  });

  it.each([6, 30, 50, 3600])(
    "CTL-NODE-CLOCK: whose clock is %i s ahead are silent 50 s after they were last seen",
    async (s) => {
      const at = start();
      const aheadAt = new Date(at.cluster.now + s * 1000).toISOString();
      at.cluster.put("nodes", node("n1", "True"));
      at.cluster.change("nodes", "", "n1", ({ status }) => {
        status.conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: aheadAt }];
      });
      const readyOf = () => nodeAt(at)?.status.conditions?.find(({ type }) => type === "Ready")?.status;
      await at.pass(49_000);
      expect(readyOf()).toBe("True");
      await at.pass(2000);
      expect(readyOf()).toBe("Unknown");
    },
  );

  it("CTL-NODE-OUTAGE: that could not renew their leases while the control plane was out have a whole grace period then", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.change("nodes", "", "n1", ({ status }) => {
      status.conditions = [{ type: "Ready", status: "True" }];
    });
    await at.settle();
    at.cluster.now += 3_600_000;
    at.restart();
    const readyOf = () => nodeAt(at)?.status.conditions?.find(({ type }) => type === "Ready")?.status;
    await at.pass(30_000);
    at.restart();
    await at.pass(19_000);
    expect(readyOf()).toBe("True");
    await at.pass(1000);
    expect(readyOf()).toBe("Unknown");
  });

  it("that never reported become Unknown after their grace period, and cause no further wake-ups", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    await at.pass(55_000);
    expect(nodeAt(at)?.status.conditions ?? []).toEqual([]);
    await at.pass(10_000);
    expect(nodeAt(at)?.status.conditions?.[0]).toMatchObject({
      type: "Ready",
      status: "Unknown",
      reason: "NodeStatusNeverUpdated",
    });
    expect(at.cluster.list("events").map(({ reason }) => reason)).toEqual(["RegisteredNode"]);
    expect(at.wakeAt()).toBeUndefined();
  });

  it("CTL-NODE-LOST: that stop reporting get an event and unready pods, unless they were not ready before", async () => {
    const at = start();
    const ready = { type: "Ready", status: "True" };
    for (const name of ["n1", "n2"]) {
      at.cluster.put("nodes", node(name, name === "n1" ? "True" : "False"));
      at.cluster.change("nodes", "", name, ({ status }) => {
        for (const condition of status.conditions ?? []) delete condition.lastHeartbeatTime;
      });
      const everything = [{ operator: "Exists" }];
      const { spec, ...rest } = pod(name, everything);
      at.cluster.put("pods", { ...rest, spec: { ...spec, nodeName: name }, status: { conditions: [ready] } });
    }
    await at.pass(60_000);
    const readyOf = (name: string) => at.cluster.get("pods", "ns", name)?.status.conditions?.[0]?.status;
    expect(["n1", "n2"].map((name) => nodeAt(at, name)?.status.conditions?.[0]?.status)).toEqual([
      "Unknown",
      "Unknown",
    ]);
    expect(["n1", "n2"].map(readyOf)).toEqual(["False", "True"]);
    const reported = at.cluster.list("events").filter(({ reason }) => reason === "NodeNotReady");
    expect(reported.map(({ involvedObject: { kind, name } }) => `${kind} ${name}`)).toEqual(["Pod n1", "Node n1"]);
  });

  it.each([
    ["", 0],
    [", which takes long to turn out", 10_000],
  ])("CTL-NODE-LOST: do not wait for pods that cannot be marked%s", async (_, hangingMs) => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    const { spec, ...rest } = pod("stuck", []);
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    at.cluster.put("pods", { ...rest, spec: { ...spec, nodeName: "n1" }, status });
    at.cluster.refuse = (_, { resource, name }) => {
      if (resource !== "pods" || name !== "stuck") return undefined;
      at.cluster.now += hangingMs;
      return { code: 500, message: "a webhook on this node" };
    };
    await at.pass(90_000);
    expect(nodeAt(at, "n1")?.status.conditions?.[0]?.status).toBe("Unknown");
  });
});

import { describe, expect, it } from "vitest";
import type { Event, Node, Pod } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controlled-cluster.ts";
import { missingNodeController } from "../pod/missing-node.ts";
import { nodeEventsController } from "./node-events.ts";
import { nodeEvictionController } from "./node-eviction.ts";
import { nodeIpamController } from "./node-ipam.ts";
import { nodeLifecycleController } from "./node-lifecycle.ts";
import { nodeTtlController } from "./node-ttl.ts";
import { taintEvictionController } from "./taint-eviction.ts";
import { evictionsOf } from "./zones.ts";

const start = () =>
  controlledCluster([
    nodeLifecycleController,
    nodeEvictionController,
    nodeEventsController,
    nodeIpamController,
    nodeTtlController,
    taintEvictionController,
    missingNodeController,
  ]);
const node = (name: string, ready?: string, labels: Record<string, string> = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
  spec: {},
  status: ready ? { conditions: [{ type: "Ready", status: ready, lastHeartbeatTime: "2030-01-01T00:00:00Z" }] } : {},
});
const pod = (name: string, tolerations: Pod["spec"]["tolerations"] = []): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns" },
  spec: { nodeName: "n1", containers: [], tolerations },
  status: { phase: "Running" },
});
type At = ReturnType<typeof start>;
const nodeAt = ({ cluster }: At, name = "n1") => cluster.get<Node>("nodes", "", name);
const taints = (at: At) => (nodeAt(at)?.spec.taints ?? []).map(({ key, effect }) => `${key?.split("/")[1]} ${effect}`);

describe("nodes", () => {
  it("get pieces of the pod range, none twice, their old labels and a TTL", async () => {
    const at = start();
    for (const name of ["n1", "n2", "n3"]) at.cluster.put("nodes", node(name, "True", { "kubernetes.io/os": "linux" }));
    await at.settle();
    expect(at.complaints).toEqual([]);
    const cidrs = ["n1", "n2", "n3"].map((name) => nodeAt(at, name)?.spec.podCIDR);
    expect(new Set(cidrs)).toEqual(new Set(["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]));
    expect(nodeAt(at)?.metadata).toMatchObject({
      labels: { "beta.kubernetes.io/os": "linux" },
      annotations: { "node.alpha.kubernetes.io/ttl": "0" },
    });
  });

  it("[CTL-IPAM] get the piece of one that is gone where there are no others", async () => {
    const at = start();
    for (let i = 0; i < 257; i++) at.cluster.put("nodes", node(`n${String(i).padStart(3, "0")}`, "True"));
    await at.settle();
    const pieceOf = (name: string) => at.cluster.get<Node>("nodes", "", name)?.spec.podCIDR;
    const without = at.cluster.list<Node>("nodes").filter(({ spec }) => !spec.podCIDR);
    expect(without).toHaveLength(1);
    const told = at.cluster.list<Event>("events").filter(({ reason }) => reason === "CIDRNotAvailable");
    expect(told).toMatchObject([{ involvedObject: { name: without[0]?.metadata.name } }]);
    const freed = pieceOf("n000");
    at.cluster.remove("nodes", "", "n000");
    await at.settle();
    expect(pieceOf(without[0]?.metadata.name ?? "")).toBe(freed);
  });

  it("are tainted by their conditions, and lose the taints with them", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "Unknown"));
    at.cluster.put("nodes", node("n2", "True"));
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule", "unreachable NoExecute"]);
    at.cluster.change<Node>("nodes", "", "n1", (draft) => {
      draft.spec.unschedulable = true;
      draft.status.conditions = [
        { type: "Ready", status: "True", lastHeartbeatTime: "2030-01-01T00:00:00Z" },
        { type: "DiskPressure", status: "True" },
      ];
    });
    await at.settle();
    expect(taints(at)).toEqual(["disk-pressure NoSchedule", "unschedulable NoSchedule"]);
  });

  it("[CTL-NODE-TAINTS] are tainted in the order of their conditions, and by none while they have told of none", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    at.cluster.change<Node>("nodes", "", "n1", ({ spec }) => {
      spec.taints = [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }];
    });
    await at.settle();
    expect(taints(at)).toEqual([]);
    at.cluster.change<Node>("nodes", "", "n1", ({ status }) => {
      status.conditions = ["PIDPressure", "MemoryPressure", "Ready"].map((type) => ({ type, status: "True" }));
    });
    await at.settle();
    expect(taints(at)).toEqual(["pid-pressure NoSchedule", "memory-pressure NoSchedule"]);
  });

  it("[CTL-NODE-LEASE] that renew a lease themselves are not silent, until their grace after that", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.change<Node>("nodes", "", "n1", ({ status }) => {
      status.conditions = [{ type: "Ready", status: "True" }];
    });
    const renew = () => {
      const spec = { holderIdentity: "n1", renewTime: new Date(at.cluster.now).toISOString() };
      const metadata = { name: "n1", namespace: "kube-node-lease" };
      at.cluster.put("leases.coordination.k8s.io", {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata,
        spec,
      });
    };
    for (let beats = 0; beats < 12; beats++) {
      renew();
      await at.pass(10_000);
    }
    const readyOf = () => nodeAt(at)?.status.conditions?.find(({ type }) => type === "Ready")?.status;
    expect(readyOf()).toBe("True");
    await at.pass(45_000);
    expect(readyOf()).toBe("Unknown");
  });

  it("that never spoke are unknown after their grace, and wake nobody from then on", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1"));
    await at.pass(60_000);
    expect(nodeAt(at)?.status.conditions?.[0]).toMatchObject({
      type: "Ready",
      status: "Unknown",
      reason: "NodeStatusNeverUpdated",
    });
    expect(at.cluster.list<Event>("events").map(({ reason }) => reason)).toEqual(["RegisteredNode"]);
    expect(at.wakeAt()).toBeUndefined();
  });

  it("that evict let pods stay as long as they tolerate it", async () => {
    const at = start();
    const everything = { operator: "Exists", effect: "NoExecute" };
    at.cluster.put("nodes", node("n1", "False"));
    at.cluster.put("nodes", node("n2", "True"));
    at.cluster.put("pods", pod("now"));
    at.cluster.put("pods", pod("later", [{ ...everything, tolerationSeconds: 300 }]));
    at.cluster.put("pods", pod("never", [everything]));
    await at.settle();
    const names = () => at.cluster.list<Pod>("pods").map(({ metadata }) => metadata.name);
    expect(names()).toEqual(["later", "never"]);
    await at.pass(301_000);
    expect(names()).toEqual(["never"]);
  });

  it("[CTL-EVICT-ALL] that evict do so with what has ended, and mark once what is being deleted", async () => {
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
    expect(at.cluster.list<Pod>("pods")).toMatchObject([
      { metadata: { name: "leaving" }, status: { conditions: [{ type: "DisruptionTarget", status: "True" }] } },
    ]);
    const marked = at.cluster.list<Event>("events").filter(({ reason }) => reason === "TaintManagerEviction");
    expect(marked).toMatchObject([{ count: 1 }, { count: 1 }]);
  });

  it("[CTL-GC-MISSING] that are gone take their pods with them, unless they are back in time", async () => {
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

  it("[CTL-NODE-LOST] that fall silent are told of, and their pods not ready; not those that were not ready before", async () => {
    const at = start();
    const ready = { type: "Ready", status: "True" };
    for (const name of ["n1", "n2"]) {
      at.cluster.put("nodes", node(name, name === "n1" ? "True" : "False"));
      at.cluster.change<Node>("nodes", "", name, ({ status }) => {
        for (const condition of status.conditions ?? []) delete condition.lastHeartbeatTime;
      });
      const everything = [{ operator: "Exists" }];
      const { spec, ...rest } = pod(name, everything);
      at.cluster.put("pods", { ...rest, spec: { ...spec, nodeName: name }, status: { conditions: [ready] } });
    }
    await at.pass(60_000);
    const readyOf = (name: string) => at.cluster.get<Pod>("pods", "ns", name)?.status.conditions?.[0]?.status;
    expect(["n1", "n2"].map((name) => nodeAt(at, name)?.status.conditions?.[0]?.status)).toEqual([
      "Unknown",
      "Unknown",
    ]);
    expect(["n1", "n2"].map(readyOf)).toEqual(["False", "True"]);
    const told = at.cluster.list<Event>("events").filter(({ reason }) => reason === "NodeNotReady");
    expect(told.map(({ involvedObject: { kind, name } }) => `${kind} ${name}`)).toEqual(["Node n1", "Pod n1"]);
  });

  it("[CTL-EVICT-FIRST] that evict go by the first toleration that fits, and spare whose time was limited by it", async () => {
    const at = start();
    const on = (key: string, tolerationSeconds?: number) => ({
      key,
      operator: "Exists",
      effect: "NoExecute",
      ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
    });
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.put("pods", pod("first", [on("k", 100), on("k", 5)]));
    at.cluster.put("pods", pod("free", [on("k"), on("other", 300)]));
    const taint = (taints: NonNullable<Node["spec"]["taints"]>) =>
      at.cluster.change<Node>("nodes", "", "n1", (draft) => {
        draft.spec.taints = taints;
      });
    await at.settle();
    taint([{ key: "k", effect: "NoExecute" }]);
    await at.pass(20_000);
    expect(at.cluster.list("pods")).toHaveLength(2);
    taint([]);
    await at.settle();
    const messages = at.cluster.list<Event>("events").map(({ message }) => message);
    expect(messages.filter((message) => message?.includes("Pod"))).toEqual(["Cancelling deletion of Pod ns/first"]);
  });

  it("that somebody taints without saying when have it said, and let pods stay from then on", async () => {
    const at = start();
    const limited = [{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 10 }];
    at.cluster.put("nodes", node("n1", "True"));
    at.cluster.put("pods", pod("p", limited));
    const taint = (taints: NonNullable<Node["spec"]["taints"]>) =>
      at.cluster.change<Node>("nodes", "", "n1", (draft) => {
        draft.spec.taints = taints;
      });
    taint([{ key: "k", effect: "NoExecute" }]);
    await at.pass(5000);
    taint([]);
    await at.pass(20_000);
    const messages = () => at.cluster.list<Event>("events").map(({ message }) => message);
    expect(messages()).toContain("Cancelling deletion of Pod ns/p");
    taint([{ key: "k", effect: "NoExecute" }]);
    await at.pass(9000);
    expect(at.cluster.list("pods")).toHaveLength(1);
    await at.pass(2000);
    expect(at.cluster.list("pods")).toEqual([]);
    expect(messages()).toContain("Marking for deletion Pod ns/p");
  });

  it("that are all lost at once evict nobody, until one is back", async () => {
    const at = start();
    for (const name of ["n1", "n2"]) at.cluster.put("nodes", node(name, "Unknown"));
    at.cluster.put("pods", pod("p"));
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule"]);
    at.cluster.change<Node>("nodes", "", "n2", (draft) => {
      draft.status.conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: "2030-01-01T00:00:00Z" }];
    });
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule", "unreachable NoExecute"]);
    expect(at.cluster.list("pods")).toEqual([]);
  });

  it("of one zone evict one after the other, ten seconds apart", async () => {
    const at = start();
    for (const name of ["n1", "n2", "n3", "n4", "n5", "n6"])
      at.cluster.put("nodes", node(name, name > "n3" ? "True" : "Unknown"));
    await at.settle();
    const evicting = () =>
      at.cluster
        .list<Node>("nodes")
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

  it("stop evicting when the last of them is lost too", async () => {
    const at = start();
    at.cluster.put("nodes", node("n1", "Unknown"));
    at.cluster.put("nodes", node("n2", "True"));
    await at.settle();
    at.cluster.change<Node>("nodes", "", "n2", (draft) => {
      draft.status.conditions = [{ type: "Ready", status: "Unknown" }];
    });
    await at.settle();
    expect(taints(at)).toEqual(["unreachable NoSchedule"]);
  });

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
    ["most of a small zone is lost", [["a", 2, 3]], undefined],
    ["most of a large zone is lost", [["a", 20, 40]], 100_000],
    [
      "every zone is lost",
      [
        ["a", 0, 3],
        ["b", 0, 1],
      ],
      undefined,
    ],
  ])("how often one evicts when %s", (_, zones, expected) => {
    const nodes = zones.flatMap(([zone, ready, lost]) =>
      [...Array(ready + lost).keys()].map((i) =>
        node(`${zone}${i}`, i < ready ? "True" : "Unknown", { "topology.kubernetes.io/zone": zone }),
      ),
    );
    expect(evictionsOf(nodes).everyMs.get(":a")).toBe(expected);
  });

  it("[CTL-ZONE-EXCLUDED] of which it is said that they tell nothing of their zone are not counted", () => {
    const excluded = { "node.kubernetes.io/exclude-disruption": "" };
    const lost = ["n1", "n2", "n3"].map((name) => node(name, "Unknown", excluded));
    expect(evictionsOf([...lost, node("n4", "True")])).toMatchObject({
      isOutage: false,
      everyMs: new Map([[":", 10_000]]),
    });
    expect(evictionsOf([...lost, node("n4", "Unknown")]).isOutage).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import type { Pod, PodSpec, PodStatus } from "../../api/generated/core.v1.ts";
import {
  allocationOf,
  changesOf,
  initialAllocation,
  requestsOther,
  wantsRestart,
  whyNoRoom,
  whyTooLow,
  whyWholeTooLow,
  withAllocation,
  withLimitsOf,
  withLowerLimit,
} from "./allocation.ts";
import { statusPatch } from "./status/status-patch.ts";

const podOf = (cpu: string, change: { spec?: Partial<PodSpec>; status?: PodStatus } = {}): Pod => ({
  metadata: { namespace: "default", name: "p", uid: "u" },
  spec: { containers: [{ name: "c", resources: { requests: { cpu, memory: "1Mi" } } }], ...change.spec },
  status: change.status ?? {},
});

const given: PodStatus = {
  containerStatuses: [
    {
      name: "c",
      image: "",
      imageID: "",
      ready: true,
      restartCount: 0,
      allocatedResources: { cpu: "1", memory: "1Mi" },
    },
  ],
};

describe("AGENT-RESIZE: the allocated resources of a pod", () => {
  it("are what its spec requests before it has run", () => {
    const pod = podOf("2");
    expect(requestsOther(pod, initialAllocation(pod))).toBe(false);
  });

  it("are what its status says after an agent restart", () => {
    const pod = podOf("2", { status: given });
    const allocation = initialAllocation(pod);
    expect(requestsOther(pod, allocation)).toBe(true);
    expect(withAllocation(pod, allocation).spec.containers[0]?.resources?.requests?.cpu).toBe("1");
  });

  it("include pod-level resources, if set", () => {
    const spec = { resources: { requests: { cpu: "2" }, limits: { cpu: "4" } } };
    const status = {
      allocatedResources: { cpu: "1", memory: "1Mi" },
      resources: { limits: { cpu: "4", memory: "9" } },
    };
    const pod = podOf("1", { spec, status });
    const allocation = initialAllocation(pod);
    expect(allocation.whole).toEqual({ requests: { cpu: "1" }, limits: { cpu: "4" } });
    expect(requestsOther(pod, allocation)).toBe(true);
    expect(withAllocation(pod, allocation).spec.resources?.requests).toEqual({ cpu: "1" });
    expect(requestsOther(pod, allocationOf(pod))).toBe(false);
  });

  it("include pod-level limits for containers without their own", () => {
    const whole = { requests: { cpu: "1" }, limits: { cpu: "4", memory: "9" } };
    expect(withLimitsOf(whole, { limits: { cpu: "2" } })).toEqual({ limits: { cpu: "2", memory: "9" } });
    expect(withLimitsOf(undefined, { limits: { cpu: "2" } })).toEqual({ limits: { cpu: "2" } });
  });

  it("are compared by amount, not by notation", () => {
    expect(changesOf({ requests: { cpu: "1000m" } }, { requests: { cpu: "1" } })).toEqual([]);
    expect(changesOf({ limits: { memory: "1Ki" } }, { limits: { memory: "1000" } })).toEqual(["memory"]);
  });
});

describe("AGENT-RESIZE, AGENT-RESIZE-LIMIT: a resize", () => {
  const allocatable = { cpu: "4", memory: "1Gi" };

  it.each([
    ["3", [podOf("1")], undefined],
    ["5", [], "Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"],
    ["3", [podOf("2")], "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000"],
  ])("to %s CPUs is allocated if there is room (%#)", (cpu, others, why) =>
    expect(whyNoRoom(podOf(cpu), allocatable, others)?.message).toBe(why),
  );

  it("restarts a container only for resources whose resizePolicy says so", () => {
    const resizePolicy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
    expect(wantsRestart({ name: "c", resizePolicy }, ["cpu"])).toBe(false);
    expect(wantsRestart({ name: "c", resizePolicy }, ["cpu", "memory"])).toBe(true);
  });

  it("sets no container's memory limit below its usage", () => {
    const limit = (memory: string) => ({ limits: { memory } });
    const changes = [
      { name: "less", before: limit("40Mi"), next: limit("30Mi") },
      { name: "more", before: limit("40Mi"), next: limit("50Mi") },
      { name: "first", before: {}, next: limit("20Mi") },
      { name: "none", before: limit("40Mi"), next: {} },
    ];
    const lower = withLowerLimit(changes);
    expect(lower.map(({ name }) => name)).toEqual(["less", "first"]);
    const mebibytes = (amount: number) => amount * 1024 * 1024;
    const why = (less: number, first: number) => whyTooLow(lower, new Map(Object.entries({ less, first })));
    expect(why(mebibytes(29), mebibytes(19))).toBeUndefined();
    const text = (name: string, bytes: number) =>
      `attempting to set container "${name}" memory limit (${bytes}) below current usage (${bytes})`;
    const [less, first] = [mebibytes(30), mebibytes(20)];
    expect(why(less, 0)).toBe(text("less", less));
    expect(why(less, first)).toBe(`[${text("less", less)}, ${text("first", first)}]`);
  });

  it("sets no pod-level memory limit below its usage", () => {
    const limit = (memory: string) => ({ limits: { memory } });
    const why = "attempting to set pod memory limit (1000) below current usage (1000)";
    expect(whyWholeTooLow(limit("2k"), limit("1k"), 999)).toBeUndefined();
    expect(whyWholeTooLow(limit("2k"), limit("1k"), 1000)).toBe(why);
    expect(whyWholeTooLow(limit("1k"), limit("2k"), 3000)).toBeUndefined();
  });

  it("removes only its own condition when done", () => {
    const before = { conditions: ["PodResizePending", "theirs"].map((type) => ({ type, status: "True" })) };
    expect(statusPatch(before, { conditions: [] }, { replace: false })).toMatchObject({
      conditions: [{ type: "PodResizePending", $patch: "delete" }],
    });
  });
});

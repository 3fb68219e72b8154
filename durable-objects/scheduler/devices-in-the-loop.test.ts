import { describe, expect, test } from "vitest";
import type { Event } from "../../api/generated/core.v1.ts";
import type { Device, ResourceClaim } from "../../api/generated/resource.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { claim, claimant, deviceClass, one, slice } from "../../test/fakes/scheduler/device-objects.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
const GPU = "example.com/gpu";

const wanting = (name: string, resource = GPU, count = "1") => {
  const asking = pod(name);
  const [container] = asking.spec.containers;
  return {
    ...asking,
    spec: { ...asking.spec, containers: [{ ...container, name: "c", resources: { requests: { [resource]: count } } }] },
  };
};
const owning = (name: string, amount: string) => {
  const a = node(name);
  return { ...a, status: { allocatable: { ...a.status.allocatable, [GPU]: amount } } };
};

describe("SCHED-EXTENDED: a pod that requests an extended resource", () => {
  const gpus = deviceClass("gpu", { extendedResourceName: GPU });
  const offering = (...names: string[]) =>
    slice(
      "a",
      names.map((name): Device => ({ name })),
    );

  test("provided by devices gets a claim, which is set in its status when it is bound", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), gpus, offering("d0", "d1"), wanting("p", GPU, "2"));
    await bench.loop.run();
    const [made] = await bench.all<ResourceClaim>(CLAIMS);
    expect(made?.metadata).toMatchObject({
      generateName: "p-extended-resources-",
      annotations: { "resource.kubernetes.io/extended-resource-claim": "true" },
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", controller: true }],
      finalizers: ["resource.kubernetes.io/delete-protection"],
    });
    const request = {
      name: "container-0-request-0",
      exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 2 },
    };
    expect(made?.spec).toEqual({ devices: { requests: [request] } });
    expect(made?.status.allocation?.devices?.results?.map(({ device }) => device)).toEqual(["d0", "d1"]);
    expect(made?.status.reservedFor).toEqual([{ resource: "pods", name: "p", uid: "uid-p" }]);
    const placed = await bench.podOf("p");
    expect(placed?.spec.nodeName).toBe("a");
    expect(placed?.status.nominatedNodeName).toBeUndefined();
    expect(placed?.status.extendedResourceClaimStatus).toEqual({
      resourceClaimName: made?.metadata.name,
      requestMappings: [{ containerName: "c", resourceName: GPU, requestName: "container-0-request-0" }],
    });
  });

  test("uses the node's own resource if it has one, without a claim", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", owning("a", "1"), gpus, offering("d0"), wanting("p"), wanting("q"));
    await bench.loop.run();
    expect(await bench.all(CLAIMS)).toEqual([]);
    expect([await bench.nodeOf("p"), await bench.nodeOf("q")]).toEqual(["a", undefined]);
    expect(await bench.messageOf("q")).toContain("1 Insufficient example.com/gpu.");
  });

  test("gets devices of the newest class that declares the resource, or of the class that it requests by name", async () => {
    const bench = new SchedulingBench();
    const aged = (name: string, creationTimestamp: string) => {
      const selectors = [{ cel: { expression: `device.driver == "${name === "new" ? "gpu.example.com" : "none"}"` } }];
      const of = deviceClass(name, { extendedResourceName: GPU, selectors });
      return { ...of, metadata: { ...of.metadata, creationTimestamp } };
    };
    await bench.put("create", node("a"), aged("old", "2025-01-01T00:00:00Z"), aged("new", "2026-01-01T00:00:00Z"));
    await bench.put(
      "create",
      offering("d0", "d1"),
      wanting("p"),
      wanting("q", "deviceclass.resource.kubernetes.io/new"),
    );
    await bench.put("create", wanting("r", "deviceclass.resource.kubernetes.io/old"));
    await bench.loop.run();
    expect([await bench.nodeOf("p"), await bench.nodeOf("q"), await bench.nodeOf("r")]).toEqual(["a", "a", undefined]);
    expect(await bench.messageOf("r")).toContain("1 cannot allocate all claims");
  });

  test("that no class provides is reported unschedulable until there is one", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), offering("d0"), wanting("p"));
    await bench.loop.run();
    expect(await bench.messageOf("p")).toContain("1 Insufficient example.com/gpu.");
    await bench.put("create", gpus);
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("shares a batch with others, and no device is allocated twice", async () => {
    const bench = new SchedulingBench();
    const names = ["p0", "p1", "p2"];
    await bench.put("create", node("a"), gpus, offering("d0", "d1"), ...names.map((name) => wanting(name)));
    await bench.loop.run();
    const had = (await bench.all<ResourceClaim>(CLAIMS)).flatMap(
      ({ status }) => status.allocation?.devices?.results ?? [],
    );
    expect(new Set(had.map(({ device }) => device))).toEqual(new Set(["d0", "d1"]));
    expect(await bench.messageOf("p2")).toContain("1 cannot allocate all claims");
  });

  test("whose claim cannot be created gets an event, holds nothing, and is retried", async () => {
    const bench = new SchedulingBench();
    const { makeClaim } = bench;
    bench.makeClaim = async () => ({ ok: false, status: { status: "Failure", message: "exceeded quota" } });
    await bench.put("create", node("a", { pods: "1" }), gpus, offering("d0"), wanting("p"));
    await bench.loop.run();
    const refused = await bench.podOf("p");
    expect(refused?.spec.nodeName).toBeUndefined();
    expect(refused?.status.conditions?.[0]).toMatchObject({
      reason: "SchedulerError",
      message:
        'running PreBind plugin "DynamicResources": create claim for extended resources default/: exceeded quota',
    });
    bench.makeClaim = makeClaim;
    bench.now += 1000;
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("leaves its devices to others if its binding cannot be committed", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), gpus, offering("d0"), wanting("p"), wanting("q"));
    bench.beforeCommit = async () => {
      bench.beforeCommit = async () => undefined;
      await bench.remove("pods", "p");
    };
    await bench.loop.run();
    expect(await bench.nodeOf("q")).toBe("a");
  });

  test("leaves no claim behind if it is deleted while its claim is created", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), gpus, offering("d0"), wanting("p"));
    bench.beforeCommit = () => bench.remove("pods", "p");
    await bench.loop.run();
    expect(await bench.all(CLAIMS)).toEqual([]);
  });

  test("with a claim in an unknown state gets that claim deleted, and a new one", async () => {
    const bench = new SchedulingBench();
    const left = claim("left", { requests: [] });
    const ownerReferences = [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "uid-p", controller: true }];
    const annotations = { "resource.kubernetes.io/extended-resource-claim": "true" };
    const asking = wanting("p");
    await bench.put("create", node("a"), gpus, offering("d0"), asking, {
      ...left,
      metadata: { ...left.metadata, annotations, ownerReferences },
    } as Stored<ResourceClaim>);
    await bench.loop.run();
    expect(JSON.stringify(bench.commits[0]?.writes)).toContain(
      "1 cannot schedule extended resource claim. deletion of ResourceClaim completed, preemption:",
    );
    const claims = await bench.all<ResourceClaim>(CLAIMS);
    expect(claims.map(({ metadata }) => metadata.generateName)).toEqual(["p-extended-resources-"]);
    expect(await bench.nodeOf("p")).toBe("a");
  });
});

describe("SCHED-BINDING: a pod whose devices have to be bound to its node", () => {
  const bound = { name: "d0", bindingConditions: ["Ready"], bindingFailureConditions: ["Failed"] };
  const start = async () => {
    const bench = new SchedulingBench();
    await bench.put(
      "create",
      node("a"),
      deviceClass("gpu"),
      slice("a", [bound]),
      claim("c", one()),
      claimant("p", "c"),
    );
    await bench.loop.run();
    return bench;
  };
  const claimOf = async (bench: SchedulingBench) => {
    const [found] = await bench.all<ResourceClaim>(CLAIMS);
    if (!found) throw new Error("no claim");
    return found;
  };
  /** The driver reports a condition of the device. */
  const say = async (bench: SchedulingBench, type: string) => {
    const found = await claimOf(bench);
    const condition = { type, status: "True", reason: "Cable", message: "is out", lastTransitionTime: "" };
    const devices = [{ driver: "gpu.example.com", pool: "a", device: "d0", conditions: [condition] }];
    await bench.put("replace", { ...found, status: { ...found.status, devices } } as Stored<ResourceClaim>);
    await bench.loop.run();
  };

  test("reserves them, waits for the driver's binding conditions, and is then bound", async () => {
    const bench = await start();
    const waiting = await bench.podOf("p");
    expect(waiting?.spec.nodeName).toBeUndefined();
    expect(waiting?.status.nominatedNodeName).toBe("a");
    const { status } = await claimOf(bench);
    expect(status.allocation?.devices?.results).toMatchObject([
      { device: "d0", bindingConditions: ["Ready"], bindingFailureConditions: ["Failed"] },
    ]);
    expect(status.reservedFor).toHaveLength(1);
    const events = await bench.all<Event>("events");
    expect(events.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      "BindingConditionsPending: waiting for binding conditions for device on node a",
    ]);
    bench.restart();
    await bench.loop.run();
    expect(await bench.nodeOf("p")).toBeUndefined();
    expect(await bench.all("events")).toHaveLength(1);
    await say(bench, "Ready");
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("keeps its place while it waits, even if the node becomes unschedulable", async () => {
    const bench = new SchedulingBench();
    const objects = [deviceClass("gpu"), slice("a", [bound]), claim("c", one())];
    await bench.put("create", node("a", { pods: "1" }), ...objects, claimant("p", "c"));
    await bench.loop.run();
    await bench.put("create", pod("q"));
    await bench.loop.run();
    expect(await bench.messageOf("q")).toContain("Too many pods");
    await bench.put("replace", node("a", { pods: "1", spec: { unschedulable: true } }));
    await say(bench, "Ready");
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("releases them if binding fails, and is scheduled again", async () => {
    const bench = await start();
    await say(bench, "Failed");
    expect(await bench.messageOf("p")).toBe(
      'running PreBind plugin "DynamicResources": device binding failed: claim=c, reason=Cable, message="is out"',
    );
    const { status } = await claimOf(bench);
    expect([status.reservedFor, status.allocation !== undefined]).toEqual([undefined, true]);
    expect((await bench.podOf("p"))?.status.nominatedNodeName).toBeUndefined();
    bench.now += 1000;
    await bench.loop.run();
    expect(await bench.messageOf("p")).toContain(
      "1 resourceclaim not available on the node. deallocation of ResourceClaim completed, preemption:",
    );
    await bench.loop.run();
    expect((await bench.podOf("p"))?.status.nominatedNodeName).toBe("a");
    await say(bench, "Ready");
    expect(await bench.nodeOf("p")).toBe("a");
  });

  test("waits at most ten minutes", async () => {
    const bench = await start();
    const { status } = await claimOf(bench);
    const due = Date.parse(status.allocation?.allocationTimestamp ?? "") + 600_000;
    expect(bench.wakeAt).toBe(due);
    bench.now = due - 1;
    await bench.loop.run();
    expect((await bench.podOf("p"))?.status.conditions).toBeUndefined();
    bench.now = due;
    await bench.loop.run();
    expect(await bench.messageOf("p")).toBe(
      'running PreBind plugin "DynamicResources": device binding timeout: claim=c',
    );
  });
});

import { describe, expect, it } from "vitest";
import type { Container, Pod, ResourceRequirements } from "../../../api/generated/core.v1.ts";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { actuate, allocate } from "./resize-pod.ts";

const asks = (cpu: string, memory = "10Mi"): ResourceRequirements => ({
  requests: { cpu, memory },
  limits: { cpu, memory },
});
const STARTED = { startTime: "2026-01-01T00:00:00Z" };

interface Case {
  readonly container?: Partial<Container>;
  readonly spec?: Partial<Pod["spec"]>;
  /** It has begun here. */
  readonly status?: Pod["status"];
  readonly others?: readonly Pod[];
}

function pod({ container, spec, status = STARTED, others = [] }: Case = {}) {
  /** The container's CPU limits at the times when the pod's were set. */
  const wholes: unknown[] = [];
  const limitPod = async (limited: Pod) => void wholes.push(limited.spec.containers[0]?.resources?.limits?.cpu);
  const made = recordedPod(
    { spec: { containers: [{ name: "c", resources: asks("1"), ...container }], ...spec }, status },
    { otherPods: () => others, limitPod },
  );
  const limits: string[] = [];
  made.runtime.updateContainer = async (_id?: string, resources?: { cpuQuota: number; memoryLimit: number }) =>
    void limits.push(`${resources?.cpuQuota} ${resources?.memoryLimit}`);
  const { record } = made;
  const ask = (resources: ResourceRequirements, whole?: ResourceRequirements) => {
    const generation = (record.pod.metadata.generation ?? 1) + 1;
    const containers = record.pod.spec.containers.map((each) => ({ ...each, resources }));
    const { resources: before, ...rest } = record.pod.spec;
    const own = whole ?? before;
    record.pod = {
      ...record.pod,
      metadata: { ...record.pod.metadata, generation },
      spec: { ...rest, containers, ...(own && { resources: own }) },
    };
  };
  const run = async (name = "c") => {
    const sandbox = plainSandbox({ namespace: "n", name: "p", uid: "u" });
    const given = record.pod.spec.containers[0]?.resources ?? {};
    const annotations = { "sailplane.dev/resources": JSON.stringify(given) };
    const sandboxId = await made.runtime.runSandbox(sandbox);
    const id = await made.runtime.createContainer(sandboxId, plainContainer({ name, annotations }), sandbox);
    await made.runtime.startContainer(id);
    return id;
  };
  const uses = (memoryWorkingSetBytes: number) => {
    const usage = { id: "", pod: { namespace: "n", name: "p", uid: "u" }, name: "c", cpuNanoseconds: 0 };
    made.runtime.usage = async () => [{ ...usage, memoryWorkingSetBytes }];
  };
  const step = async () => actuate(record, await record.observe());
  return { ...made, limits, wholes, ask, run, uses, step };
}

const reasons = (events: readonly string[]) => events.map((event) => event.split(":")[0]);

describe("AGENT-RESIZE: a pod that requests a resize", () => {
  it("is allocated it if there is room, with an event", () => {
    const { record, ask, events } = pod();
    ask(asks("2"));
    allocate(record);
    expect(record.resize).toEqual({ kind: "in-progress" });
    expect(record.allocation.containers.get("c")).toEqual(asks("2"));
    const containers = JSON.stringify([{ name: "c", resources: asks("2") }]);
    expect(events).toEqual([`ResizeStarted: Pod resize started: {"containers":${containers},"generation":2}`]);
    allocate(record);
    expect(record.resize).toEqual({ kind: "in-progress" });
    expect(events).toHaveLength(1);
  });

  it("has its init containers in the event too", () => {
    const { record, ask, events } = pod({ spec: { initContainers: [{ name: "i" }] } });
    ask(asks("2"));
    allocate(record);
    expect(events[0]).toContain('{"initContainers":[{"name":"i","resources":{}}],"containers":');
  });

  it("is allocated it silently if it has not started", () => {
    const { record, ask, events } = pod({ status: {} });
    ask(asks("999"));
    allocate(record);
    expect(record.allocation.containers.get("c")).toEqual(asks("999"));
    expect([record.resize.kind, events]).toEqual(["settled", []]);
  });

  it("waits if others hold the resources, with one event per request", () => {
    const other = pod({ container: { resources: asks("2") } }).record.pod;
    const others = [other];
    const { record, ask, events } = pod({ others });
    ask(asks("3"));
    allocate(record);
    const message = (used: number) =>
      `Node didn't have enough resource: cpu, requested: 3000, used: ${used}, capacity: 4000`;
    expect(record.resize).toMatchObject({ kind: "pending", reason: "Deferred", message: message(2000) });
    expect(record.allocation.containers.get("c")).toEqual(asks("1"));
    expect(record.waitsSince).toBeDefined();
    expect(events).toEqual([expect.stringMatching(/^ResizeDeferred: Pod resize OutOfcpu: .*"generation":2,"error":/)]);

    others.push(other);
    const since = record.waitsSince;
    allocate(record);
    expect(record.resize).toMatchObject({ message: message(4000) });
    expect([record.waitsSince, events.length]).toEqual([since, 1]);
    ask(asks("3500m"));
    allocate(record);
    expect(events).toHaveLength(2);

    others.length = 0;
    allocate(record);
    expect([record.resize.kind, record.waitsSince]).toEqual(["in-progress", undefined]);
  });

  it("stops waiting if it reverts to what it has", () => {
    const { record, ask, events } = pod();
    ask(asks("5"));
    allocate(record);
    expect(record.resize).toMatchObject({ kind: "pending", reason: "Infeasible" });
    expect(events).toEqual([expect.stringMatching(/^ResizeInfeasible: Pod resize Infeasible: /)]);
    ask(asks("1"));
    allocate(record);
    expect([record.resize.kind, record.waitsSince]).toEqual(["settled", undefined]);
  });

  it("waits for pods that come before it", () => {
    const { record, ask } = pod();
    const first = pod({ spec: { priority: 1 } }).record.pod;
    const metadata = { ...first.metadata, uid: "first" };
    const given = { ...first, metadata };
    const containers = [{ name: "c", resources: asks("3") }];
    const waiting = { requested: { ...given, spec: { ...given.spec, containers } }, given, since: 0 };
    Object.assign(record.context, { otherPods: () => [given], waitingForRoom: () => [waiting] });
    ask(asks("2"));
    allocate(record);
    expect(record.resize).toMatchObject({ kind: "pending", reason: "Deferred" });
  });
});

describe("AGENT-RESIZE: an allocated resize", () => {
  it("is applied in place, and reported as completed", async () => {
    const { record, ask, run, step, limits, events } = pod();
    const id = await run();
    expect(await step()).toBe(false);
    expect(limits).toEqual([]);
    ask(asks("2", "20Mi"));
    allocate(record);
    expect(await step()).toBe(false);
    expect(limits).toEqual([`200000 ${20 * 2 ** 20}`]);
    expect(record.actual.get(id)).toEqual(asks("2", "20Mi"));
    expect([record.resize.kind, reasons(events)]).toEqual(["settled", ["ResizeStarted", "ResizeCompleted"]]);
    await step();
    expect([limits.length, events.length]).toEqual([1, 2]);
  });

  it("applies to stopped containers once they run, and to the pod as a whole at once", async () => {
    const { record, ask, step, limits, wholes, events } = pod();
    await step();
    expect(wholes).toEqual([]);
    ask(asks("2"));
    allocate(record);
    expect(await step()).toBe(false);
    expect([limits, reasons(events)]).toEqual([[], ["ResizeStarted", "ResizeCompleted"]]);
    expect(wholes).toContain("2");
    const reported = wholes.length;
    await step();
    expect(wholes).toHaveLength(reported);
  });

  it("restarts a container whose resizePolicy requires it", async () => {
    const resizePolicy = [{ resourceName: "cpu", restartPolicy: "RestartContainer" }];
    const { record, ask, run, step, limits, events } = pod({ container: { resizePolicy } });
    await run();
    ask(asks("2"));
    allocate(record);
    expect(await step()).toBe(true);
    expect((await record.observe()).containers[0]?.state).toBe("exited");
    expect([limits, events.at(-1)]).toEqual([[], "Killing: Container c resize requires restart"]);
    expect(record.resize.kind).toBe("in-progress");
  });

  it("is not applied if the memory limit is below current usage, which is reported once, and retried", async () => {
    const { record, ask, run, step, limits, events, uses } = pod({ container: { resources: asks("1", "20Mi") } });
    await run();
    uses(15 * 2 ** 20);
    ask(asks("1", "10Mi"));
    allocate(record);
    expect(await step()).toBe(false);
    const error = 'attempting to set container "c" memory limit (10485760) below current usage (15728640)';
    expect([record.resize, limits]).toEqual([{ kind: "in-progress", error }, []]);
    await step();
    expect(reasons(events)).toEqual(["ResizeStarted", "ResizeError"]);
    uses(5 * 2 ** 20);
    await step();
    expect([record.resize.kind, limits]).toEqual(["settled", [`100000 ${10 * 2 ** 20}`]]);
  });

  it("needs no usage check if memory does not shrink or the container restarts", async () => {
    const resizePolicy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
    for (const [container, memory] of [[{}, "20Mi"] as const, [{ resizePolicy }, "5Mi"] as const]) {
      const { record, ask, run, step, runtime } = pod({ container });
      await run();
      runtime.usage = () => Promise.reject(new Error("asked"));
      ask(asks("1", memory));
      allocate(record);
      await step();
      expect(record.resize).not.toHaveProperty("error");
    }
  });

  it("checks pod-level memory if containers have no limit", async () => {
    const whole = (memory: string) => ({ requests: { memory: "1Mi" }, limits: { memory } });
    const { record, ask, run, step, limits, uses } = pod({
      container: { resources: {} },
      spec: { resources: whole("20Mi") },
    });
    await run();
    expect(await step()).toBe(false);
    ask({}, whole("10Mi"));
    uses(15 * 2 ** 20);
    allocate(record);
    await step();
    const error = "attempting to set pod memory limit (10485760) below current usage (15728640)";
    expect(record.resize).toEqual({ kind: "in-progress", error });
    expect(record.actualWhole).toEqual(whole("20Mi"));
    uses(1);
    await step();
    expect([limits, record.actualWhole]).toEqual([[`0 ${10 * 2 ** 20}`], whole("10Mi")]);
  });

  it("fails with the runtime's message", async () => {
    const { record, ask, run, step, runtime, events } = pod();
    await run();
    runtime.updateContainer = () => Promise.reject(new Error("no"));
    ask(asks("2"));
    allocate(record);
    await step();
    expect([record.resize, events.at(-1)]).toEqual([
      { kind: "in-progress", error: "no" },
      expect.stringMatching(/^ResizeError: Pod resize error: .*"error":"no"}$/),
    ]);
  });
});

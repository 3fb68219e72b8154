import { describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import {
  type StatusCase as Case,
  exited,
  mainStatus,
  observed,
  previously,
  time,
} from "../../../test/fakes/node/observed-container.ts";
import { settledLocal } from "../../../test/fakes/node/settled-pod.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";
import { containerStatuses } from "./container-status.ts";

const ended = { exitCode: 1, reason: "Error", startedAt: time(1), finishedAt: time(2), containerID: "fake://1" };

describe("whether a container has started and is ready", () => {
  const probes = (results: object) => ({ probes: new Map([["fake://1", results]]) });
  const readinessProbe = { exec: { command: ["true"] } };
  it.each<[string, Case, { started: boolean; ready: boolean }]>([
    ["it does not run", { containers: [exited(0)] }, { started: false, ready: false }],
    ["it waits", { containers: [observed({ state: "created" })] }, { started: false, ready: false }],
    ["it has no probes", { containers: [observed()] }, { started: true, ready: true }],
    ["its startup probe has not succeeded", { container: { startupProbe: {} } }, { started: false, ready: false }],
    [
      "it has started",
      { container: { startupProbe: {} }, local: probes({ startup: "success" }) },
      { started: true, ready: true },
    ],
    ["its readiness probe has not succeeded", { container: { readinessProbe } }, { started: true, ready: false }],
    [
      "it is ready",
      { container: { readinessProbe }, local: probes({ readiness: "success" }) },
      { started: true, ready: true },
    ],
    [
      "it is ready, and has not started",
      { container: { readinessProbe, startupProbe: {} }, local: probes({ readiness: "success" }) },
      { started: false, ready: false },
    ],
    [
      "its pod terminates, and its readiness probe still succeeds",
      { container: { readinessProbe }, local: { terminating: true, ...probes({ readiness: "success" }) } },
      { started: true, ready: true },
    ],
    ["its pod terminates, and it has no probes", { local: { terminating: true } }, { started: true, ready: true }],
  ])("%s", (_, input, expected) => {
    const { started, ready } = mainStatus({ containers: [observed()], ...input });
    expect({ started, ready }).toEqual(expected);
  });
});

describe("the status of a container", () => {
  it("has its image as in the pod until created, then as in the runtime", () => {
    expect(mainStatus({})).toMatchObject({ image: "i:1", imageID: "" });
    expect(mainStatus({})).not.toHaveProperty("containerID");
    expect(mainStatus({ containers: [observed()] })).toMatchObject({
      image: "docker.io/library/i:1",
      imageID: "sha256:1",
      containerID: "fake://1",
    });
  });

  it("has its mounts, and whether read-only ones are recursive", () => {
    const volumeMounts = [
      { name: "a", mountPath: "/a" },
      { name: "b", mountPath: "/b", readOnly: true, recursiveReadOnly: "IfPossible" },
    ];
    const mounts = (recursiveReadOnly: boolean) =>
      mainStatus({ container: { volumeMounts }, local: { recursiveReadOnly } }).volumeMounts;
    const plain = { name: "a", mountPath: "/a" };
    const readOnly = { name: "b", mountPath: "/b", readOnly: true };
    expect(mounts(true)).toEqual([plain, { ...readOnly, recursiveReadOnly: "Enabled" }]);
    expect(mounts(false)).toEqual([plain, { ...readOnly, recursiveReadOnly: "Disabled" }]);
    expect(mainStatus({})).not.toHaveProperty("volumeMounts");
  });

  it("AGENT-DEVICES-HEALTH: has the health of its devices", () => {
    const gpus = [{ name: "claim:gpu", resources: [{ resourceID: "a", health: "Healthy" }] }];
    const local = { devices: new Map([["c", gpus]]) };
    expect(mainStatus({ local }).allocatedResourcesStatus).toEqual(gpus);
    expect(mainStatus({ local: { devices: new Map([["c", []]]) } })).not.toHaveProperty("allocatedResourcesStatus");
    expect(mainStatus({})).not.toHaveProperty("allocatedResourcesStatus");
  });

  it("has the user of its processes", () => {
    const user = (groups: number[]) =>
      mainStatus({ containers: [observed({ user: { uid: 1, gid: 2, groups } })] }).user;
    expect(user([3])).toEqual({ linux: { uid: 1, gid: 2, supplementalGroups: [3] } });
    expect(user([])).toEqual({ linux: { uid: 1, gid: 2 } });
    expect(mainStatus({ containers: [observed()] })).not.toHaveProperty("user");
  });

  it("AGENT-RESIZE: has allocated and actual resources, as of its start or last resize", () => {
    const requests = { cpu: "1" };
    const annotations = { "sailplane.dev/resources": JSON.stringify({ requests: { cpu: "2" } }) };
    const allocation = { whole: undefined, containers: new Map([["c", { requests, limits: { cpu: "4" } }]]) };
    const running = { containers: [observed({ annotations })], local: { allocation } };
    expect(mainStatus(running)).toMatchObject({ allocatedResources: requests, resources: { requests: { cpu: "2" } } });
    const actual = new Map([["fake://1", { limits: { cpu: "3" } }]]);
    expect(mainStatus({ ...running, local: { allocation, actual } }).resources).toEqual({ limits: { cpu: "3" } });
    const done = { containers: [exited(0, { annotations })], local: { allocation, actual } };
    expect(mainStatus(done).resources).toEqual({ requests, limits: { cpu: "4" } });
    expect(mainStatus({ ...running, containers: [] })).not.toHaveProperty("resources");
    const requested = mainStatus({ containers: [exited(0)], container: { resources: { requests } } });
    expect(requested).toMatchObject({ allocatedResources: requests, resources: { requests } });
    expect(mainStatus({ containers: [observed()] })).not.toHaveProperty("allocatedResources");
  });
});

describe("statuses of a pod's containers", () => {
  const pod = (status: Pod["status"] = {}): Pod => ({
    metadata: { name: "p" },
    spec: {
      containers: [{ name: "b" }, { name: "a" }],
      initContainers: [{ name: "z" }, { name: "s", restartPolicy: "Always" }],
      ephemeralContainers: [{ name: "f" }, { name: "e" }],
    },
    status,
  });
  const all = (containers: readonly ContainerObservation[], status: Pod["status"] = {}) =>
    containerStatuses({ pod: pod(status), observation: { sandboxes: [], containers }, local: settledLocal() });

  it("are sorted by name, but init containers keep their order", () => {
    const { init, main, ephemeral } = all([]);
    const names = [init, main, ephemeral].map((statuses) => statuses.map(({ name }) => name));
    expect(names).toEqual([
      ["z", "s"],
      ["a", "b"],
      ["e", "f"],
    ]);
  });

  it("have an init container ready once it has completed, a sidecar while it runs, an ephemeral container never", () => {
    const containers = [exited(0, { name: "z" }), observed({ name: "s" }), observed({ name: "e" })];
    const { init, ephemeral } = all(containers);
    expect(init.map(({ ready }) => ready)).toEqual([true, true]);
    expect(ephemeral.map(({ ready }) => ready)).toEqual([false, false]);
    expect(all([observed({ name: "z" })]).init[0]).toMatchObject({ ready: false, started: true });
    expect(all([exited(1, { name: "z" })]).init[0]?.ready).toBe(false);
  });

  it("omit started for ephemeral containers, and resources until they exist", () => {
    const [e, f] = all([observed({ name: "e" })]).ephemeral;
    expect([e?.resources, f?.resources]).toEqual([{}, undefined]);
    expect(e).not.toHaveProperty("started");
  });

  it("are each based on the previous status in their own list", () => {
    const before = (name: string) => previously({ name, state: { terminated: ended } });
    const status = {
      initContainerStatuses: [before("z")],
      containerStatuses: [before("b")],
      ephemeralContainerStatuses: [before("f")],
    };
    const { init, main, ephemeral } = all([], status);
    expect([init[0]?.state, main[1]?.state, ephemeral[1]?.state]).toEqual(Array(3).fill({ terminated: ended }));
    expect([init[1]?.state, main[0]?.state, ephemeral[0]?.state]).toEqual(
      Array(3).fill({ waiting: { reason: "PodInitializing" } }),
    );
  });
});

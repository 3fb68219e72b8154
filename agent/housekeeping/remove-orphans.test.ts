import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { plainContainer, plainSandbox } from "../../test/fakes/node/plain-container.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { PodLogs } from "../logs/pod-logs.ts";
import { PodRemains } from "../pod/pod-remains.ts";
import { SimulatedRuntime } from "../runtime/simulated/simulated-runtime.ts";
import { OrphanSearch, removeOrphans } from "./remove-orphans.ts";

let root: string;
beforeEach(() => {
  root = temporaryDirectory();
});

/** Something that holds resources by pod uid, like a driver; while it is away, it releases nothing. */
class Holder {
  readonly uids: string[];
  away = false;
  constructor(...uids: string[]) {
    this.uids = uids;
  }
  readonly free = (uid: string): void => {
    if (this.uids.includes(uid)) this.uids.splice(this.uids.indexOf(uid), 1);
  };
  readonly letGo = async (uid: string): Promise<void> => {
    if (this.away && this.uids.includes(uid)) throw new Error("driver is not there");
    this.free(uid);
  };
}

test("AGENT-ONCE: the remains of a pod that was deleted while no agent ran are removed, and other pods' kept", async () => {
  const directories = ["pods/gone", "pods/here", "logs/ns_p_gone", "logs/ns_p_here"].map((path) => join(root, path));
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  const [csi, claims, devices] = [new Holder("gone", "mounted"), new Holder("gone", "here"), new Holder("claiming")];
  const remains = new PodRemains({
    podsDirectory: join(root, "pods"),
    logs: new PodLogs({ directory: join(root, "logs") }),
    csi: { uids: csi.uids, unpublish: csi.letGo },
    claims: { uids: claims.uids, unprepare: claims.letGo },
    devices: { uids: devices.uids, free: devices.free },
    images: { unmount: async () => {} },
    memory: { uids: [], remove: () => {} },
  });
  const log = { info() {}, warn() {} };
  const orphans = {
    runtime: new SimulatedRuntime({ nodeName: "n" }),
    remains,
    isKnown: (uid: string) => uid === "here",
    log,
  };

  csi.away = true;
  await expect(removeOrphans(orphans)).rejects.toThrow(/of pod gone: driver is not there; .*of pod mounted/);
  expect([csi.uids, devices.uids, directories.map(existsSync)]).toEqual([
    ["gone", "mounted"],
    [],
    [true, true, true, true],
  ]);

  csi.away = false;
  await removeOrphans(orphans);
  expect([csi.uids, claims.uids, directories.map(existsSync)]).toEqual([[], ["here"], [false, true, false, true]]);
  expect([...remains.uids]).toEqual(["here"]);
});

test("AGENT-ONCE: containers are removed one by one before their sandbox, as for a deleted pod", async () => {
  const runtime = new SimulatedRuntime({ nodeName: "n" });
  const sandbox = plainSandbox({ namespace: "ns", name: "p", uid: "gone" });
  const sandboxId = await runtime.runSandbox(sandbox);
  const container = await runtime.createContainer(sandboxId, plainContainer(), sandbox);
  const removed: string[] = [];
  vi.spyOn(runtime, "removeContainer").mockImplementation(async (id) => void removed.push(id));
  vi.spyOn(runtime, "removeSandbox").mockImplementation(async (id) => void removed.push(id));
  const stopped = vi.spyOn(runtime, "stopContainer");
  const remains = { uids: new Set<string>(), remove: async () => {} };
  const warn = vi.fn();
  await removeOrphans({ runtime, remains, isKnown: () => false, log: { info() {}, warn } });
  expect(removed).toEqual([container, sandboxId]);
  expect(stopped.mock.calls).toEqual([[container, 30]]);
  expect(warn.mock.calls).toEqual([["removing pod ns/p, which the control plane no longer has"]]);
});

test("AGENT-ONCE: orphans end at the same time, and one that does not end keeps its volumes", async () => {
  const runtime = new SimulatedRuntime({ nodeName: "n" });
  const uids = new Map<string, string>();
  for (const uid of ["slow", "stuck", "quick"]) {
    const sandbox = plainSandbox({ namespace: "ns", name: uid, uid });
    uids.set(await runtime.createContainer(await runtime.runSandbox(sandbox), plainContainer(), sandbox), uid);
  }
  const steps: string[] = [];
  let end = () => {};
  const slow = new Promise<void>((resolve) => {
    end = resolve;
  });
  vi.spyOn(runtime, "stopContainer").mockImplementation(async (id) => {
    const uid = uids.get(id);
    if (uid === "stuck") throw new Error("it does not end");
    if (uid === "slow") await slow;
    steps.push(`${uid} has ended`);
  });
  const remains = { uids: new Set(["slow", "stuck", "quick"]), remove: async (uid: string) => void steps.push(uid) };
  const removing = removeOrphans({ runtime, remains, isKnown: () => false, log: { info() {}, warn() {} } });
  await vi.waitFor(() => expect(steps).toEqual(["quick has ended"]));
  end();
  await expect(removing).rejects.toThrow("of pod stuck: it does not end");
  expect(steps).toEqual(["quick has ended", "slow has ended", "slow", "quick"]);
});

test("AGENT-ONCE: foreign files beside pods' logs and directories are left alone", async () => {
  const directories = ["pods/here/volumes", "pods/lost+found", "logs/here", "logs/a_b_..", "logs/a_b_"].map((path) =>
    join(root, path),
  );
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  const none = new Holder();
  const remains = new PodRemains({
    podsDirectory: join(root, "pods"),
    logs: new PodLogs({ directory: join(root, "logs") }),
    csi: { uids: [], unpublish: none.letGo },
    claims: { uids: [], unprepare: none.letGo },
    devices: { uids: [], free: none.free },
    images: { unmount: async () => {} },
    memory: { uids: [], remove: () => {} },
  });
  await removeOrphans({
    runtime: new SimulatedRuntime({ nodeName: "n" }),
    remains,
    isKnown: (uid) => uid === "here",
    log: { info() {}, warn() {} },
  });
  expect(directories.map(existsSync)).toEqual(directories.map(() => true));
});

test("AGENT-ONCE: orphans are searched for again, less and less often, until the agent stops", async () => {
  vi.useFakeTimers();
  let looks = 0;
  const warn = vi.fn();
  const open = () =>
    new OrphanSearch({
      runtime: new SimulatedRuntime({ nodeName: "n" }),
      remains: {
        get uids() {
          looks++;
          return new Set(["gone"]);
        },
        remove: () => Promise.reject(new Error("driver is not there")),
      },
      isKnown: () => false,
      log: { info() {}, warn },
    });
  const search = open();
  search.begin();
  search.begin();
  await vi.advanceTimersByTimeAsync(9999);
  expect(looks).toBe(1);
  expect(warn.mock.calls).toEqual([["what earlier pods left is looked for again: of pod gone: driver is not there"]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toBe(2);
  await vi.advanceTimersByTimeAsync(599_999);
  expect(looks).toBe(6);
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toBe(7);
  await vi.advanceTimersByTimeAsync(2_990_000);
  // At 0, 10, 30, 70, 150 and 310 s, and then every 5 min.
  expect(looks).toBe(16);
  search.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(looks).toBe(16);
  const cutShort = open();
  cutShort.begin();
  cutShort.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks).toBe(17);
  vi.useRealTimers();
});

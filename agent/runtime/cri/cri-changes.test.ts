import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CriChanges } from "./cri-changes.ts";
import type { CriClient } from "./cri-client.ts";
import { SeenStates } from "./seen-states.ts";

const POD_UID = "io.kubernetes.pod.uid";
interface Seen {
  readonly id: string;
  readonly state: string;
  readonly uid: string;
}
let containers: Seen[];
let sandboxes: Seen[];
let isAway: boolean;
const told: string[] = [];
const looks: string[][] = [];
let changes: CriChanges;
let seen: SeenStates;

const listed = (all: readonly Seen[]) => all.map(({ id, state, uid }) => ({ id, state, labels: { [POD_UID]: uid } }));
const client = {
  call: async (method: string) => {
    if (isAway) throw new Error("connect ECONNREFUSED");
    return method === "ListContainers" ? { containers: listed(containers) } : { items: listed(sandboxes) };
  },
} as unknown as CriClient;

/** Without containerd's events it polls every second. */
const look = async () => {
  told.length = 0;
  await vi.advanceTimersByTimeAsync(1000);
  return [...told];
};

beforeEach(() => {
  vi.useFakeTimers();
  told.length = 0;
  looks.length = 0;
  isAway = false;
  containers = [{ id: "c", state: "RUNNING", uid: "one" }];
  sandboxes = [{ id: "s", state: "READY", uid: "one" }];
  seen = new SeenStates();
  const onLook = (ids: ReadonlySet<string>) => looks.push([...ids].sort());
  changes = new CriChanges(client, { agentId: "a", hasEvents: false, seen, onLook });
  changes.listen((uid) => told.push(uid));
});
afterEach(() => {
  changes.close();
  vi.useRealTimers();
});

describe("AGENT-TRUTH: a pod is reported as changed", () => {
  it("if its containers or sandbox have changed or gone, and only then", async () => {
    expect(await look()).toEqual(["one"]);
    expect(await look()).toEqual([]);
    containers = [{ id: "c", state: "EXITED", uid: "one" }];
    expect(await look()).toEqual(["one"]);
    sandboxes = [];
    expect(await look()).toEqual(["one"]);
    containers = [...containers, { id: "d", state: "CREATED", uid: "two" }];
    expect(await look()).toEqual(["two"]);
    expect(looks.at(-1)).toEqual(["c", "d"]);
  });

  it("unless the listener has already seen the change", async () => {
    await look();
    containers = [{ id: "c", state: "EXITED", uid: "one" }];
    seen.replaceOf("one", { containers: listed(containers), sandboxes: listed(sandboxes) });
    expect(await look()).toEqual([]);
  });

  it("for changes while the runtime was unreachable, once it is back", async () => {
    await look();
    isAway = true;
    containers = [{ id: "c", state: "EXITED", uid: "one" }];
    expect(await look()).toEqual([]);
    isAway = false;
    expect(await look()).toEqual(["one"]);
  });

  it("to no listener that has stopped, and not after closing", async () => {
    await look();
    const received: string[] = [];
    const stop = changes.listen((uid) => received.push(uid));
    stop();
    containers = [];
    expect(await look()).toEqual(["one"]);
    expect(received).toEqual([]);
    changes.close();
    containers = [{ id: "c", state: "RUNNING", uid: "one" }];
    expect(await look()).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import type { Container } from "../../../api/generated/core.v1.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { inTurns, killContainer } from "./kill.ts";

const reported: string[] = [];
const runtime = {
  execSync: async (id: string) => {
    reported.push(`hook ${id}`);
    return { exitCode: 0, output: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  },
  stopContainer: async (id: string, grace: number) => void reported.push(`stop ${id} ${grace}`),
} as unknown as Runtime;
const hooked: Container = { name: "c", lifecycle: { preStop: { exec: { command: ["x"] } } } };

const pod = { metadata: { name: "p" }, spec: { containers: [] }, status: {} };
interface End {
  readonly graceSeconds: number;
  readonly turn: Promise<unknown>;
  readonly container?: Container;
  readonly runtime?: Runtime;
  readonly hurry?: AbortSignal;
}
const end = (id: string, options: End) =>
  killContainer({
    runtime,
    pod,
    container: hooked,
    id,
    podIP: "",
    hurry: new AbortController().signal,
    onFailedHook: () => reported.push(`failed ${id}`),
    ...options,
  });

describe("AGENT-GRACE: terminating containers", () => {
  it("run their preStop hooks at once, and are stopped in turn", async () => {
    reported.length = 0;
    await inTurns([["main"], ["later"], ["first"]], (id, turn) => end(id, { graceSeconds: 30, turn }));
    expect(reported).toEqual([
      "hook main",
      "hook later",
      "hook first",
      "stop main 30",
      "stop later 30",
      "stop first 30",
    ]);
  });

  it("are stopped with 2 s left even if those before them do not end in time", async () => {
    reported.length = 0;
    await end("sidecar", { graceSeconds: 0.2, turn: new Promise(() => {}) });
    expect(reported).toEqual(["hook sidecar", "stop sidecar 2"]);
  });

  it("wait for those before them even if the grace period exceeds the longest timer", async () => {
    reported.length = 0;
    const graceSeconds = 10 ** 10;
    const before = Promise.withResolvers<void>();
    const ended = end("sidecar", { graceSeconds, turn: before.promise });
    await new Promise((resume) => setTimeout(resume, 20));
    expect(reported).toEqual(["hook sidecar"]);
    before.resolve();
    await ended;
    expect(reported).toEqual(["hook sidecar", `stop sidecar ${graceSeconds}`]);
  });

  it("are stopped in the remaining time even if those before them failed", async () => {
    reported.length = 0;
    const bare = { name: "c" };
    await end("sidecar", { graceSeconds: 30, turn: Promise.reject(new Error("away")), container: bare });
    expect(reported).toEqual(["stop sidecar 30"]);
  });

  it("wait neither for their hooks nor for those before them once their pod is to end sooner", async () => {
    reported.length = 0;
    const shortened = new AbortController();
    const asleep: Container = { name: "c", lifecycle: { preStop: { sleep: { seconds: 20 } } } };
    const options = { graceSeconds: 30, turn: new Promise(() => {}), container: asleep, hurry: shortened.signal };
    const ended = end("c", options);
    shortened.abort();
    await ended;
    expect(reported).toEqual(["stop c 30"]);
  });

  it("emit an event if a preStop hook fails or is cut off", async () => {
    reported.length = 0;
    const cutOff = Promise.withResolvers<never>();
    const late = { ...runtime, execSync: () => cutOff.promise } as Runtime;
    await end("c", { graceSeconds: 0.05, turn: Promise.resolve(), runtime: late });
    cutOff.reject(new Error("its container has ended"));
    await expect.poll(() => reported).toEqual(["stop c 2", "failed c"]);
  });
});

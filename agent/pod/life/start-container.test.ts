import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Container } from "../../../api/generated/core.v1.ts";
import { plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import type { ContainerConfig } from "../../runtime/container.ts";
import { RuntimeError } from "../../runtime/runtime-error.ts";
import { steadyNow } from "../../steady-now.ts";
import { startContainer } from "./start-container.ts";

/** The only container of a pod whose sandbox runs. */
async function startable(part: Partial<Container> = {}, pullSecrets: readonly string[] = []) {
  const imagePullSecrets = pullSecrets.map((name) => ({ name }));
  const recorded = recordedPod({ spec: { containers: [{ name: "c", image: "i", ...part }], imagePullSecrets } });
  const { record, runtime } = recorded;
  mkdirSync(record.directory, { recursive: true });
  const sandboxId = await runtime.runSandbox(plainSandbox({ namespace: "n", name: "p", uid: record.uid }));
  const [container] = record.pod.spec.containers;
  if (container === undefined) throw new Error("the pod has a container");
  const action = { do: "start-container", target: { role: "main", container }, sandboxId, restartCount: 0 } as const;
  return { ...recorded, start: async () => startContainer(record, action, await record.observe()) };
}

it("a container whose postStart hook fails is killed, and waits with that reason to be restarted", async () => {
  const lifecycle = { postStart: { exec: { command: ["x"] } } };
  const { record, runtime, events, start } = await startable({ lifecycle });
  runtime.execSync = async () => ({ exitCode: 9, output: Buffer.from("bad\n"), stderr: Buffer.alloc(0) });
  expect(await start()).toBe("changed");
  record.report(await record.observe());
  const [{ state, lastState } = {}] = record.status.containerStatuses ?? [];
  const message =
    'Exec lifecycle hook ([x]) for Container "c" in Pod "p_n(u)" failed - error: command \'x\' exited with 9: , message: "bad\\n"';
  expect(state).toEqual({ waiting: { reason: "PostStartHookError", message } });
  expect(lastState?.terminated?.reason).toBe("Completed");
  expect(events).toEqual([
    "Created: Container created",
    "Started: Container started",
    "FailedPostStartHook: PostStartHook failed",
    "Killing: FailedPostStartHook",
  ]);
});

it("a pod that is to end does not wait for its postStart hooks", async () => {
  const lifecycle = { postStart: { exec: { command: ["sleep", "300"] } } };
  const { record, runtime, events, start } = await startable({ lifecycle });
  runtime.execSync = () => {
    setTimeout(() => record.abort.abort());
    return new Promise(() => {});
  };
  expect(await start()).toBe("changed");
  expect(record.waiting.has("c")).toBe(false);
  expect(events).toEqual(["Created: Container created", "Started: Container started"]);
});

it("AGENT-MARKED: a container sees its pod with a kubelet's annotations, and so does the runtime", async () => {
  const fieldRef = { fieldPath: "metadata.annotations" };
  const { record, runtime, start } = await startable({ env: [{ name: "A", valueFrom: { fieldRef } }] });
  record.pod = { ...record.pod, metadata: { ...record.pod.metadata, annotations: { a: "b" } } };
  let created: ContainerConfig | undefined;
  const create = runtime.createContainer.bind(runtime);
  runtime.createContainer = async (sandboxId, config, sandbox) => {
    created = config;
    return create(sandboxId, config, sandbox);
  };
  expect(await start()).toBe("changed");
  const seen = new Date(record.startTime).toISOString();
  const marks = { "kubernetes.io/config.seen": seen, "kubernetes.io/config.source": "api" };
  expect(created?.env.find(({ name }) => name === "A")?.value).toBe(
    `a="b"\nkubernetes.io/config.seen="${seen}"\nkubernetes.io/config.source="api"`,
  );
  expect(record.sandbox?.annotations).toEqual({ a: "b", ...marks });
  expect(record.pod.metadata.annotations).toEqual({ a: "b" });
});

describe("a container that cannot start waits, and is retried", () => {
  it.each([
    ["its configuration is wrong", new ConfigError("no such key"), "CreateContainerConfigError", "no such key"],
    [
      "the runtime refuses it",
      new RuntimeError("rpc: no such device", { words: "no such device" }),
      "CreateContainerError",
      "no such device",
    ],
  ])("after a while, if %s", async (_, error, reason, message) => {
    const { record, runtime, events, start } = await startable();
    runtime.createContainer = () => Promise.reject(error);
    expect(await start()).toBe("failed");
    expect(record.waiting.get("c")).toEqual({ reason, message });
    expect(record.retryAt.get("c")).toBeGreaterThan(steadyNow());
    expect(events).toEqual([`Failed: Error: ${message}`]);
    // Until then nothing is tried.
    runtime.createContainer = () => Promise.reject(new Error("tried again"));
    expect(await start()).toBe("failed");
    expect(events).toHaveLength(1);
  });

  it("when its image can be pulled again, if that failed", async () => {
    const { record, events, start } = await startable();
    const retryAt = steadyNow() + 12_345;
    const waiting = { reason: "ImagePullBackOff", message: 'Back-off pulling image "i"' };
    record.context.puller.ensure = async () => ({ ok: false, waiting, retryAt });
    expect(await start()).toBe("failed");
    expect(record.waiting.get("c")).toEqual(waiting);
    expect(record.retryAt.get("c")).toBe(retryAt);
    expect(events).toEqual(["Failed: Error: ImagePullBackOff"]);
  });

  it("like one that has ended, if it was created and its program cannot be run", async () => {
    const { record, runtime, events, start } = await startable();
    runtime.startContainer = () => Promise.reject(new Error("no such program"));
    expect(await start()).toBe("changed");
    expect(record.waiting.get("c")).toEqual({ reason: "RunContainerError", message: "no such program" });
    expect(events).toEqual(["Created: Container created", "Failed: Error: no such program"]);
  });

  it("not at all, if its pod is to end while its image is pulled", async () => {
    const { record, events, start } = await startable();
    record.context.puller.ensure = async () => {
      record.abort.abort();
      return { ok: false, waiting: { reason: "ErrImagePull", message: "" }, retryAt: 0 };
    };
    expect(await start()).toBe("failed");
    expect(record.waiting.has("c")).toBe(false);
    expect(events).toEqual([]);
  });
});

it("a missing pull secret is reported, and the image is pulled all the same", async () => {
  const { events, start } = await startable({}, ["registry"]);
  expect(await start()).toBe("changed");
  expect(events[0]).toBe(
    "FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (registry); attempting to pull the image may not succeed.",
  );
  expect(events.at(-1)).toBe("Started: Container started");
});

import { mkdirSync } from "node:fs";
import { expect, it } from "vitest";
import { plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { startContainer } from "./start-container.ts";

it("a container whose postStart hook fails is killed, and waits with that reason to be restarted", async () => {
  const lifecycle = { postStart: { exec: { command: ["x"] } } };
  const { record, runtime, events } = recordedPod({ spec: { containers: [{ name: "c", image: "i", lifecycle }] } });
  runtime.execSync = async () => ({ exitCode: 9, output: Buffer.from("bad\n"), stderr: Buffer.alloc(0) });
  mkdirSync(record.directory, { recursive: true });
  const sandbox = plainSandbox({ namespace: "n", name: "p", uid: record.uid });
  const sandboxId = await runtime.runSandbox(sandbox);
  const [container] = record.pod.spec.containers;
  if (container === undefined) throw new Error("the pod has a container");
  const action = { do: "start-container", target: { role: "main", container }, sandboxId, restartCount: 0 } as const;
  expect(await startContainer(record, action, await record.observe())).toBe("changed");
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

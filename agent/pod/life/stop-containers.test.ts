import { expect, it } from "vitest";
import type { Container } from "../../../api/generated/core.v1.ts";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { planPod } from "./plan.ts";
import { restartAll } from "./stop-containers.ts";

const preStop = { exec: { command: ["wait"] } };
const restartPolicyRules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [88] } }];

/** A pod whose containers all run. */
async function runningPod(containers: readonly Container[]) {
  const pod = recordedPod({ spec: { containers: [...containers], restartPolicy: "Never" } });
  const { record, runtime } = pod;
  const sandbox = plainSandbox({ namespace: "n", name: "p", uid: record.uid });
  const sandboxId = await runtime.runSandbox(sandbox);
  for (const { name } of containers)
    await runtime.startContainer(await runtime.createContainer(sandboxId, plainContainer({ name }), sandbox));
  return pod;
}

it("a pod whose containers could not all be restarted is not shown as restarting for ever", async () => {
  const { record, runtime } = await runningPod([{ name: "c", restartPolicyRules }]);
  runtime.removeContainer = () => Promise.reject(new Error("the runtime is away"));
  await expect(restartAll(record, await record.observe())).rejects.toThrow("the runtime is away");
  record.report(await record.observe());
  expect(record.status.conditions?.find(({ type }) => type === "AllContainersRestarting")?.status).not.toBe("True");
});

it("containers stopped by RestartAllContainers end at once without preStop hooks, and count one more restart", async () => {
  const containers = [
    { name: "c", restartPolicyRules },
    { name: "d", lifecycle: { preStop } },
  ];
  const { record, runtime, events } = await runningPod(containers);
  runtime.execSync = () => Promise.reject(new Error("a hook was run"));
  record.report(await record.observe());

  await restartAll(record, await record.observe());
  const observation = await record.observe();
  expect(observation.containers).toEqual([]);
  const plan = () => planPod({ pod: record.current(), observation, local: record.local(), now: Date.now() });
  const counts = () => plan().actions.map((action) => action.do === "start-container" && action.restartCount);
  expect(counts()).toEqual([1, 1]);
  record.report(observation);
  expect(record.status.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([1, 1]);
  expect(counts()).toEqual([1, 1]);
  expect(events).toEqual(["Killing: killing", "Killing: killing"]);
});

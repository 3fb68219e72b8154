import { expect, it } from "vitest";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { planPod } from "./plan.ts";
import { restartAll } from "./stop-containers.ts";

const preStop = { exec: { command: ["wait"] } };
const restartPolicyRules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [88] } }];

it("containers stopped by RestartAllContainers end at once without preStop hooks, and count one more restart", async () => {
  const containers = [
    { name: "c", restartPolicyRules },
    { name: "d", lifecycle: { preStop } },
  ];
  const { record, runtime, events } = recordedPod({ spec: { containers, restartPolicy: "Never" } });
  const sandbox = plainSandbox({ namespace: "n", name: "p", uid: record.uid });
  const sandboxId = await runtime.runSandbox(sandbox);
  for (const { name } of containers)
    await runtime.startContainer(await runtime.createContainer(sandboxId, plainContainer({ name }), sandbox));
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

import { expect, it } from "vitest";
import type { Container } from "../../../api/generated/core.v1.ts";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { planPod } from "./plan.ts";
import { kill, restartAll, shorten } from "./stop-containers.ts";

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

it("AGENT-GRACE: a container that is being stopped for its probe ends sooner if its pod is to, and no other one", async () => {
  const { record, runtime } = await runningPod([{ name: "c", lifecycle: { preStop } }, { name: "d" }]);
  const stopped: string[] = [];
  const stop = runtime.stopContainer.bind(runtime);
  const recording: Runtime["stopContainer"] = async (id, seconds) => {
    stopped.push(`${id} ${seconds}`);
    await stop(id);
  };
  Object.assign(runtime, { stopContainer: recording });
  runtime.execSync = () => new Promise(() => {});
  const { containers } = await record.observe();
  const observed = containers.find(({ name }) => name === "c");
  const [container] = record.pod.spec.containers;
  if (observed === undefined || container === undefined) throw new Error("it runs");
  const killed = kill(record, { target: { role: "main", container }, observed }, { message: "", graceSeconds: 100 });
  await shorten(record, 3);
  await killed;
  expect(stopped).toEqual([`${observed.id} 3`, `${observed.id} 100`]);
  await shorten(record, 2);
  expect(stopped).toHaveLength(2);
});

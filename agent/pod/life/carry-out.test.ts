import { expect, it } from "vitest";
import { observed } from "../../../test/fakes/node/observed-container.ts";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { carryOut } from "./carry-out.ts";

it("containers in a dead sandbox are marked as ended with their own exit times, and reported", async () => {
  const lifecycle = { preStop: { exec: { command: ["x"] } } };
  const { record, runtime, events } = recordedPod({ spec: { containers: [{ name: "c", image: "i", lifecycle }] } });
  const sandbox = plainSandbox({ namespace: "n", name: "p", uid: record.uid });
  const id = await runtime.runSandbox(sandbox);
  await runtime.startContainer(await runtime.createContainer(id, plainContainer(), sandbox));
  expect(await carryOut(record, { do: "stop-sandbox", id }, await record.observe())).toBe("changed");
  const { containers, sandboxes } = await record.observe();
  expect([containers[0]?.exitCode, sandboxes[0]?.ready]).toEqual([0, false]);
  expect(events).toEqual(["Killing: Stopping container c"]);
});

it("AGENT-UNKNOWN: what follows is decided as soon as the runtime can tell how a container ended, else later", async () => {
  const { record, runtime } = recordedPod({ spec: { containers: [{ name: "c", image: "i" }] } });
  const sandbox = plainSandbox({ namespace: "n", name: "p", uid: record.uid });
  const id = await runtime.createContainer(await runtime.runSandbox(sandbox), plainContainer(), sandbox);
  await runtime.startContainer(id);
  const unknown = observed({ id, name: "c", state: "unknown" });
  const kill = () =>
    carryOut(
      record,
      {
        do: "kill-container",
        target: { role: "main", container: { name: "c", image: "i" } },
        observed: unknown,
        because: "unknown",
        message: "",
      },
      { sandboxes: [], containers: [unknown] },
    );
  expect(await kill()).toBe("changed");
  runtime.observe = async () => ({ sandboxes: [], containers: [unknown] });
  expect(await kill()).toBe("nothing");
});

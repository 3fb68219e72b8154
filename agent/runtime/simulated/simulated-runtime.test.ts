import { describe, expect, it } from "vitest";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import type { SandboxConfig } from "../sandbox.ts";
import { addressAt } from "./address.ts";
import { SimulatedRuntime } from "./simulated-runtime.ts";

const sandbox = (annotations: Record<string, string> = {}): SandboxConfig =>
  plainSandbox({ namespace: "default", name: "p", uid: "u1" }, { annotations });
const container = plainContainer();

async function started(config: SandboxConfig, now = Date.now) {
  const runtime = new SimulatedRuntime({ nodeName: "hollow-1", now });
  const sandboxId = await runtime.runSandbox(config);
  const id = await runtime.createContainer(sandboxId, container, config);
  await runtime.startContainer(id);
  return { runtime, sandboxId, id };
}

describe("the simulated runtime", () => {
  it("runs containers until they are stopped", async () => {
    const { runtime, id } = await started(sandbox());
    expect((await runtime.observe("u1")).containers[0]).toMatchObject({ id, state: "running" });
    await runtime.stopContainer(id);
    expect((await runtime.observe("u1")).containers[0]).toMatchObject({ state: "exited", exitCode: 0 });
  });

  it("kills the containers of a stopped sandbox, and removes its address", async () => {
    const { runtime, sandboxId } = await started(sandbox());
    await runtime.stopSandbox(sandboxId);
    const { sandboxes, containers } = await runtime.observe();
    expect(sandboxes[0]).toMatchObject({ ready: false, ips: [] });
    expect(containers[0]).toMatchObject({ state: "exited", exitCode: 137, reason: "Error" });
  });

  it("ends a container as its pod's annotations say, and notifies listeners", async () => {
    const exit = { "simulated.sailplane.dev/exit-after": "0.01", "simulated.sailplane.dev/exit-code": "3" };
    const { runtime } = await started(sandbox(exit));
    const reported = await new Promise((resolve) => runtime.onChange(resolve));
    expect(reported).toBe("u1");
    expect((await runtime.observe()).containers[0]).toMatchObject({ state: "exited", exitCode: 3 });
  });

  it("uses what its pod's annotation says", async () => {
    let now = 1000;
    const { runtime } = await started(sandbox({ "simulated.sailplane.dev/cpu": "0.5" }), () => now);
    now += 2000;
    expect(await runtime.usage()).toMatchObject([{ cpuNanoseconds: 1e9 }]);
  });

  it("gives pods of a node distinct addresses", () => {
    const addresses = Array.from({ length: 1000 }, (_, serial) => addressAt("hollow-1", serial));
    expect(new Set(addresses).size).toBe(1000);
    expect(addressAt("hollow-1", 1)).not.toBe(addressAt("hollow-2", 1));
  });
});

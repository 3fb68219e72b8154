import { describe, expect, it } from "vitest";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { runtimeContract } from "../runtime.contract.ts";
import { ProcessRuntime } from "./process-runtime.ts";
import { supervisorCommand } from "./supervisor-command.ts";

const directory = temporaryDirectory();

runtimeContract("process", {
  image: "none",
  open: async () =>
    new ProcessRuntime({ directory, supervisorCommand: supervisorCommand(), addresses: () => ["127.0.0.1"] }),
});

const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

describe("stopping a process", () => {
  it("leaves no timer once it has ended", async () => {
    const runtime = new ProcessRuntime({ directory, supervisorCommand: supervisorCommand(), addresses: () => [] });
    const config = plainSandbox({ namespace: "ns", name: "p", uid: "stopped" }, { logDirectory: directory });
    const sandbox = await runtime.runSandbox(config);
    const container = plainContainer({ command: ["sleep", "60"], logPath: "stopped.log" });
    const id = await runtime.createContainer(sandbox, container, config);
    await runtime.startContainer(id);
    const before = timers();
    await runtime.stopContainer(id, 0);
    expect(timers()).toBeLessThanOrEqual(before);
    await runtime.removeSandbox(sandbox);
    await runtime.close();
  });
});

import { existsSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { ProcessRuntime } from "./process-runtime.ts";
import { supervisorCommand } from "./supervisor-command.ts";

let directory: string;
let runtime: ProcessRuntime;
let sandbox: string;

const pod = { namespace: "ns", name: "p", uid: "u" };
/** Whatever is written to it, the disk is full. */
const FULL = "/dev/full";

beforeEach(async () => {
  directory = temporaryDirectory();
  runtime = new ProcessRuntime({ directory, supervisorCommand: supervisorCommand(), addresses: () => ["127.0.0.1"] });
  sandbox = await runtime.runSandbox(plainSandbox(pod, { logDirectory: directory }));
});
afterEach(async () => {
  await runtime.removeSandbox(sandbox);
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const create = (script: string, logPath: string) =>
  runtime.createContainer(
    sandbox,
    plainContainer({
      ...{ image: "none", imageName: "none", command: ["sh", "-c", script], logPath },
      labels: { "io.kubernetes.pod.uid": pod.uid },
    }),
    plainSandbox(pod, { logDirectory: logPath === FULL ? "/" : directory }),
  );
const states = async () => (await runtime.observe(pod.uid)).containers.map(({ state, exitCode }) => [state, exitCode]);
/** Where states are written first. */
const inTheWay = (id: string) => join(directory, "containers", id.replace("process://", ""), "state.json.new");

describe("AGENT-FULL: on a full disk", () => {
  it.runIf(existsSync(FULL))("a container goes on without its log", async () => {
    const id = await create("echo one; sleep 0.3; echo two; exit 7", FULL);
    await runtime.startContainer(id);
    await expect.poll(states, { timeout: 5000 }).toEqual([["exited", 7]]);
  });

  it("the end of a container is recorded once there is room", async () => {
    const id = await create("sleep 1; exit 7", "c.log");
    await runtime.startContainer(id);
    mkdirSync(inTheWay(id));
    await new Promise((done) => setTimeout(done, 2000));
    expect(await states()).toEqual([["running", 0]]);
    rmdirSync(inTheWay(id));
    await expect.poll(states, { timeout: 5000 }).toEqual([["exited", 7]]);
  });

  it("a container whose start cannot be recorded does not run, and others go on", async () => {
    const other = await create("sleep 60", "other.log");
    await runtime.startContainer(other);
    const id = await create("sleep 60", "c.log");
    mkdirSync(inTheWay(id));
    await expect(runtime.startContainer(id)).rejects.toThrow("EISDIR");
    rmdirSync(inTheWay(id));
    expect((await states()).map(([state]) => state).sort()).toEqual(["created", "running"]);
  });
});

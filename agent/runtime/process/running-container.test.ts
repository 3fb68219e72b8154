import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import { plainContainer } from "../../../test/fakes/node/plain-container.ts";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import type { StoredContainer } from "./container-state.ts";
import { RunningContainer } from "./running-container.ts";

let directory: string;

beforeEach(() => {
  directory = temporaryDirectory();
});

/** A container whose process writes what the test does. */
function start(name: string) {
  const stdout = new PassThrough();
  const child = { pid: 1, stdin: null, stdout, stderr: new PassThrough() } as unknown as ChildProcess;
  const logPath = join(directory, name);
  const stored = { id: name, sandboxId: "s", createdAt: 0, logPath, config: plainContainer() } as StoredContainer;
  return { stdout, container: new RunningContainer(stored, child) };
}
const written = () => new Promise((done) => setTimeout(done, 10));
/** Without the entries' times. */
const logOf = (name: string) => readFileSync(join(directory, name), "utf8").replaceAll(/^\S+ /gm, "");

describe("a container's log", () => {
  it("has what its main process wrote last, even if another process keeps the output open", async () => {
    const { stdout, container } = start("a.log");
    stdout.write("whole\nbroken off");
    await written();
    container.close();
    expect(logOf("a.log")).toBe("stdout F whole\nstdout P broken off\n");
  });

  it("has nothing of a process that outlives another container", async () => {
    const first = start("a.log");
    first.container.close();
    const second = start("b.log");
    first.stdout.write("late\n");
    second.stdout.write("mine\n");
    await written();
    expect(logOf("b.log")).toBe("stdout F mine\n");
    second.container.close();
  });
});

import { describe, expect, it } from "vitest";
import { plainContainer } from "../../../test/fakes/node/plain-container.ts";
import { outputOf, spawnBeside } from "./exec.ts";

const MIB = 1024 * 1024;

describe("the output of a command", () => {
  it("is kept up to the limit of containerd, and the command goes on", async () => {
    const command = ["sh", "-c", "head -c 20000000 /dev/zero; exit 3"];
    const request = { command, stdin: false, stdout: true, stderr: true, tty: false };
    const child = spawnBeside({ id: "c", config: plainContainer(), directory: "/" }, request);
    const { exitCode, output } = await outputOf(child, command, 30);
    expect([exitCode, output.length]).toEqual([3, 16 * MIB]);
  });

  it("AGENT-LONG-TIME: is awaited for years, if the time limit says so", async () => {
    const command = ["sh", "-c", "sleep 0.1; echo done"];
    const request = { command, stdin: false, stdout: true, stderr: true, tty: false };
    const child = spawnBeside({ id: "c", config: plainContainer(), directory: "/" }, request);
    expect(`${(await outputOf(child, command, 2 ** 31 - 1)).output}`).toBe("done\n");
  });
});

import { readdirSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { StateDirectory } from "./container-state.ts";
import { SupervisorClient } from "./supervisor-client.ts";

let directory: string;

beforeEach(() => {
  directory = temporaryDirectory();
});

const clientOf = (...command: readonly string[]) =>
  new SupervisorClient(new StateDirectory(directory), command, () => {});

describe("a supervisor that cannot be started", () => {
  it("is reported at once, and the agent goes on", async () => {
    await expect(clientOf("/no/such/program").connect()).rejects.toThrow(
      "the process supervisor does not start: spawn /no/such/program ENOENT",
    );
  });

  it.runIf(process.platform === "linux")("leaves no file open", async () => {
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 5; i++)
      await clientOf("/no/such/program")
        .connect()
        .catch(() => {});
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 5);
  });
});

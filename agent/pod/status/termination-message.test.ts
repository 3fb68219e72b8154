import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { TERMINATION_MESSAGE_FILE, TERMINATION_MESSAGE_POLICY } from "../../runtime/labels.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";
import { terminationMessage, withinShare } from "./termination-message.ts";

const directory = temporaryDirectory();

let made = 0;
function ended({
  message,
  log,
  exitCode = 1,
  policy = "FallbackToLogsOnError",
}: {
  readonly message?: string;
  readonly log?: readonly string[];
  readonly exitCode?: number;
  readonly policy?: string;
}): string {
  const [file, logPath] = [join(directory, `message${++made}`), join(directory, `log${made}`)];
  if (message !== undefined) writeFileSync(file, message);
  if (log !== undefined) writeFileSync(logPath, log.map((line) => `2026-01-01T00:00:00Z stdout ${line}\n`).join(""));
  return terminationMessage({
    annotations: { [TERMINATION_MESSAGE_FILE]: file, [TERMINATION_MESSAGE_POLICY]: policy },
    exitCode,
    logPath,
  } as unknown as ContainerObservation);
}

describe("the termination message of a container", () => {
  it("is its termination log file, up to 4096 bytes", () => {
    expect(ended({ message: "done", log: ["F a log"] })).toBe("done");
    expect(ended({ message: "x".repeat(5000) })).toHaveLength(4096);
  });

  it("is the end of its log if it failed without a message and its policy is FallbackToLogsOnError", () => {
    const log = ["F first", "P half a ", "F line", "F last"];
    expect(ended({ log })).toBe("first\nhalf a line\nlast\n");
    expect(ended({ log, message: "" })).toBe("first\nhalf a line\nlast\n");
    expect([ended({ log, exitCode: 0 }), ended({ log, policy: "File" }), ended({})]).toEqual(["", "", ""]);
  });

  it("is limited to 2048 bytes and 80 lines of the log", () => {
    expect(ended({ log: Array.from({ length: 200 }, (_, i) => `F ${i}`) }).split("\n")[0]).toBe("120");
    expect(ended({ log: [`F ${"y".repeat(3000)}`] })).toHaveLength(2048);
  });
});

it("AGENT-STATUS-MESSAGE: a termination message is limited to the container's share of the pod's total", () => {
  const terminated = (message: string) => ({ terminated: { exitCode: 1, message } });
  const status = (message: string) => ({
    ...{ name: "c", image: "", imageID: "", ready: false, restartCount: 1 },
    state: terminated(message),
    lastState: terminated(`${message}!`),
  });
  const lengths = (message: string, containers: number) => {
    const { state, lastState } = withinShare(status(message), containers);
    return [state, lastState].map((each) => each?.terminated?.message?.length);
  };
  expect(lengths("x".repeat(4096), 3)).toEqual([4096, 4096]);
  expect(lengths("x".repeat(4096), 4)).toEqual([3072, 3072]);
  expect(lengths("x".repeat(3072), 4)).toEqual([3072, 3072]);
  const { state: _, ...waiting } = status("");
  expect(withinShare({ ...waiting, state: { waiting: {} } }, 9).state).toEqual({ waiting: {} });
});

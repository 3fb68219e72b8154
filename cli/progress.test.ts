import type { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { Progress } from "./progress.ts";

function messages(isTTY: boolean, environment: NodeJS.ProcessEnv, say: (progress: Progress) => void): string {
  let text = "";
  const out = { isTTY, write: (part: string) => (text += part) };
  say(new Progress(out as unknown as WriteStream, environment));
  return text.replace(/\(\d+\.\d\d s\)/g, "(N s)");
}
const steps = (progress: Progress) => {
  progress.begin("backup", "a.jsonl");
  progress.update("backup", "a.jsonl, 1.0 MB");
  progress.warn("backup", "slow");
  progress.end("backup", "done");
};

describe("progress steps of a command", () => {
  it("are printed one per line without a terminal", () => {
    expect(messages(false, {}, steps)).toBe("  ! backup         slow\n  ✓ backup         done (N s)\n");
  });

  it("are overwritten in place and coloured on a terminal", () => {
    const text = messages(true, {}, steps);
    expect(text).toContain("\r\x1b[K");
    expect(text).toContain("\x1b[32m✓\x1b[39m backup");
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("are not coloured with %j", (environment) => {
    expect(messages(true, environment, steps)).not.toContain("\x1b[3");
  });
});

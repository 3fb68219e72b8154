import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { Logind, parseAnnouncement } from "./logind.ts";

const announcement = (begins: boolean) =>
  JSON.stringify({
    ...{ type: "signal", path: "/org/freedesktop/login1", interface: "org.freedesktop.login1.Manager" },
    ...{ member: "PrepareForShutdown", payload: { type: "b", data: [begins] } },
  });

let directory: string;
const path = process.env.PATH;

/** A program that stands in for one of systemd's. */
function program(name: string, script: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, name), 0o755);
}

beforeEach(() => {
  directory = temporaryDirectory();
  process.env.PATH = `${directory}:${path}`;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(directory, { recursive: true });
});

describe("AGENT-SHUTDOWN: systemd-logind", () => {
  it("announces a shutdown and its cancellation", () => {
    expect([announcement(true), announcement(false)].map(parseAnnouncement)).toEqual([true, false]);
    const other = { member: "NameAcquired", payload: { type: "s", data: [":1.2"] } };
    expect([JSON.stringify(other), "Monitoring bus message stream.", ""].map(parseAnnouncement)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is followed until it goes", async () => {
    program("busctl", `echo 'Monitoring'; echo '${announcement(true)}'; echo '${announcement(false)}'`);
    const seen: boolean[] = [];
    await new Logind().follow((begins) => seen.push(begins));
    expect(seen).toEqual([true, false]);
  });

  it("waits for as long as a lock is held", async () => {
    const [held, gone] = [join(directory, "held"), join(directory, "gone")];
    program("systemd-inhibit", `echo "$@" > ${held}; cat; touch ${gone}`);
    const logind = new Logind();
    logind.hold();
    await vi.waitFor(() => expect(readFileSync(held, "utf8")).toContain("--what=shutdown --mode=delay"));
    expect(existsSync(gone)).toBe(false);
    logind.release();
    await vi.waitFor(() => expect(existsSync(gone)).toBe(true));
  });

  it("need not be told if its limit is high enough", async () => {
    program("systemd-inhibit", "");
    program("busctl", `echo '{"type":"t","data":30000000}'`);
    await new Logind().prepare(30);
    program("busctl", "echo 'no bus' >&2; exit 1");
    await expect(new Logind().prepare(30)).rejects.toThrow("no bus");
  });
});

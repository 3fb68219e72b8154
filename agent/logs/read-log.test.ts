import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { LogEncoder } from "../runtime/cri-log.ts";
import { type ReadLogOptions, readLog } from "./read-log.ts";

const LINES = ["one", "two", "three"];
const time = (second: number) => `2026-01-01T00:00:0${second}.000000000Z`;

function logFile(): string {
  const file = join(temporaryDirectory(), "0.log");
  const encoder = new LogEncoder("stdout");
  writeFileSync(file, Buffer.concat(LINES.map((line, i) => encoder.push(Buffer.from(`${line}\n`), time(i)))));
  return file;
}

async function read(file: string, options: Partial<ReadLogOptions> = {}): Promise<string> {
  let text = "";
  await readLog(file, {
    follow: false,
    previous: false,
    timestamps: false,
    isRunning: async () => false,
    signal: new AbortController().signal,
    write: async (bytes) => {
      text += bytes.toString();
    },
    ...options,
  });
  return text;
}

describe("a container log", () => {
  it.each<[string, Partial<ReadLogOptions>, string]>([
    ["is read whole", {}, "one\ntwo\nthree\n"],
    ["returns the requested last lines", { tailLines: 2 }, "two\nthree\n"],
    ["is empty if no lines are requested", { tailLines: 0 }, ""],
    ["is read whole if more lines are requested", { tailLines: 10 }, "one\ntwo\nthree\n"],
    ["is limited to a number of bytes", { limitBytes: 5 }, "one\nt"],
    ["starts at a given time", { sinceTime: time(1) }, "two\nthree\n"],
    ["shows timestamps", { tailLines: 1, timestamps: true }, `${time(2)} three\n`],
  ])("%s", async (_, options, expected) => {
    expect(await read(logFile(), options)).toBe(expected);
  });

  it.each([
    ["2026-01-01T00:00:00.12345678Z", "2026-01-01T00:00:00.123456780Z"],
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000000Z"],
    ["2026-01-01T00:00:00.5+01:00", "2026-01-01T00:00:00.500000000+01:00"],
  ])("AGENT-LOG-TIME: shows %s as %s", async (written, shown) => {
    const file = logFile();
    writeFileSync(file, new LogEncoder("stdout").push(Buffer.from("line\n"), written));
    expect(await read(file, { timestamps: true })).toBe(`${shown} line\n`);
  });

  it("that is followed ends with its container, even if it cannot be watched", async () => {
    const file = logFile();
    let looks = 0;
    const isRunning = async () => {
      // What does not exist cannot be watched.
      rmSync(file, { force: true });
      return ++looks === 1;
    };
    expect(await read(file, { follow: true, isRunning })).toBe("one\ntwo\nthree\n");
    expect(looks).toBe(2);
  });

  it("joins the parts of long lines", async () => {
    const file = logFile();
    const line = "x".repeat(40_000);
    writeFileSync(file, new LogEncoder("stdout").push(Buffer.from(`${line}\n`), time(0)));
    expect(await read(file)).toBe(`${line}\n`);
  });

  it("returns only the requested last lines, even while more are written", async () => {
    const file = logFile();
    const text = Array.from(
      { length: 3000 },
      (_, i) => `line ${i} of a log that is longer than what is read at once\n`,
    );
    const encoder = new LogEncoder("stdout");
    writeFileSync(file, Buffer.concat(text.map((line) => encoder.push(Buffer.from(line), time(0)))));
    let messages = "";
    const write = async (bytes: Buffer) => {
      messages += bytes.toString();
      appendFileSync(file, encoder.push(Buffer.from("too late\n"), time(1)));
    };
    await read(file, { tailLines: 2000, write });
    expect(messages).toBe(text.slice(-2000).join(""));
  });

  it("AGENT-LOG-FOLLOW: is still followed while the runtime does not answer", async () => {
    const file = logFile();
    let answers = false;
    const isRunning = () => (answers ? Promise.resolve(false) : Promise.reject(new Error("connect ENOENT")));
    const reading = read(file, { follow: true, tailLines: 1, isRunning });
    await new Promise((resolve) => setTimeout(resolve, 50));
    appendFileSync(file, new LogEncoder("stdout").push(Buffer.from("four\n"), time(4)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    answers = true;
    appendFileSync(file, new LogEncoder("stdout").push(Buffer.from("five\n"), time(5)));
    expect(await reading).toBe("three\nfour\nfive\n");
  });

  it("is followed until its container ends, including its last lines", async () => {
    const file = logFile();
    let running = true;
    const reading = read(file, { follow: true, tailLines: 1, isRunning: async () => running });
    await new Promise((resolve) => setTimeout(resolve, 50));
    appendFileSync(file, new LogEncoder("stdout").push(Buffer.from("four\n"), time(4)));
    running = false;
    expect(await reading).toBe("three\nfour\n");
  });
});

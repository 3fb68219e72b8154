import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { chooseRuntime } from "./choose-runtime.ts";

test("a pod's program does not inherit the package.json of the project in which its node started", async () => {
  const project = temporaryDirectory();
  try {
    writeFileSync(join(project, "package.json"), '{"type":"module"}');
    const dataDirectory = join(project, ".sailplane/node");
    const program = join(dataDirectory, "pods/1/volumes/web/serve.js");
    mkdirSync(join(program, ".."), { recursive: true });
    writeFileSync(program, 'console.log(typeof require("node:http").createServer)');
    const { signal } = new AbortController();
    await chooseRuntime({ runtime: "process", nodeName: "n", dataDirectory, print: () => {}, signal });
    expect(execFileSync(process.execPath, [program], { encoding: "utf8" })).toBe("function\n");
  } finally {
    rmSync(project, { recursive: true });
  }
});

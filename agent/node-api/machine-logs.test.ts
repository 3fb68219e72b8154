import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import type { NodeApiResponse } from "../streams/response.ts";
import { machineLogs } from "./machine-logs.ts";

test("the kubelet API lists and reads the machine's logs, and no other files", async () => {
  const root = temporaryDirectory();
  mkdirSync(join(root, "logs/apt"), { recursive: true });
  writeFileSync(join(root, "logs/a&b.log"), "line\n");
  writeFileSync(join(root, "secret"), "of the machine");
  symlinkSync("../secret", join(root, "logs/out"));
  const read = async (path: string): Promise<[number, string]> => {
    const { status, body }: NodeApiResponse = await machineLogs(path, join(root, "logs"));
    if (typeof body === "string") return [status, body];
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    return [status, Buffer.concat(parts).toString()];
  };
  expect(await read("/")).toEqual([
    200,
    '<pre>\n<a href="a&amp;b.log">a&amp;b.log</a>\n<a href="apt/">apt/</a>\n<a href="out">out</a>\n</pre>\n',
  ]);
  expect(await read("/a%26b.log")).toEqual([200, "line\n"]);
  for (const path of ["/out", "/../secret", "/..%2fsecret", "/%2e%2e/secret", "/none"])
    expect(await read(path)).toEqual([404, "404 page not found\n"]);
  rmSync(root, { recursive: true });
});

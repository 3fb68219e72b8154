import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { childStreams } from "./child-streams.ts";

const request = { command: [], stdin: true, stdout: true, stderr: true, tty: false };

test("a program that cannot be started fails its command, and nothing else", async () => {
  const streams = childStreams(spawn("/no/such/program"), request, () => {});
  await expect(streams).rejects.toThrow("failed to exec in container: spawn /no/such/program ENOENT");
});

test("a program's output is there after it has ended, and how it ended is known", async () => {
  const child = spawn("sh", ["-c", "cat; echo oops >&2; kill $$"]);
  const { stdin, stdout, stderr, exit } = await childStreams(child, request, () => {});
  stdin?.end("hello");
  expect(await exit).toEqual({ code: 143 });
  const textOf = async (stream: NodeJS.ReadableStream | undefined) => {
    let text = "";
    for await (const chunk of stream ?? []) text += chunk;
    return text;
  };
  expect([await textOf(stdout), await textOf(stderr)]).toEqual(["hello", "oops\n"]);
});

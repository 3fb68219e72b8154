import { expect, test } from "vitest";
import { exitOf } from "./cri-stream.ts";

const ended = (code: string) => ({ details: { causes: [{ reason: "ExitCode", message: code }] } });

test.each([
  [{ status: "Success" }, { code: 0 }],
  [
    { status: "Failure", message: "said so", ...ended("3") },
    { code: 3, words: "said so" },
  ],
  [{ status: "Failure", ...ended("137") }, { code: 137 }],
  [{ status: "Failure", message: "no such file" }, { message: "no such file" }],
  ["", { message: "the container runtime has ended the stream" }],
])("the outcome of a command is read from %j", (status, exit) => {
  expect(exitOf(typeof status === "string" ? status : JSON.stringify(status))).toEqual(exit);
});

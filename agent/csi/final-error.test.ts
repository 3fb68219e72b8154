import { expect, test } from "vitest";
import { GrpcCode, GrpcError } from "../grpc/grpc-error.ts";
import { isFinal } from "./final-error.ts";

test.each([
  ["Canceled", false],
  ["DeadlineExceeded", false],
  ["Unavailable", false],
  ["ResourceExhausted", false],
  ["Aborted", false],
  ["Internal", true],
] as const)("after %s it is certain that a driver does nothing more: %s", (code, certain) => {
  expect(isFinal(new GrpcError(GrpcCode[code], ""))).toBe(certain);
});

test("what never came to an answer is not final", () => {
  expect(isFinal(new Error("socket hang up"))).toBe(false);
});

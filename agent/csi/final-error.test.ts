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
] as const)("%s is a final error: %s", (code, certain) => {
  expect(isFinal(new GrpcError(GrpcCode[code], ""))).toBe(certain);
});

test("an error without a gRPC status is not final", () => {
  expect(isFinal(new Error("socket hang up"))).toBe(false);
});

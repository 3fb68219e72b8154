import { expect, it } from "vitest";
import { GrpcCode, GrpcError } from "../../grpc/grpc-error.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { CriClient } from "./cri-client.ts";
import { CriImages } from "./cri-images.ts";

const failing = (code: number): CriClient => {
  const cause = new GrpcError(code, "no such tag");
  const error = new RuntimeError(cause.words, { words: cause.message, cause });
  return { call: () => Promise.reject(error) } as unknown as CriClient;
};

it.each([
  [GrpcCode.Unknown, "no such tag"],
  [GrpcCode.NotFound, "rpc error: code = NotFound desc = no such tag"],
])("the error of an image pull includes its gRPC code %i if informative", async (code, message) => {
  const { message: told } = await new CriImages(failing(code), undefined).pull("i").then(
    () => new Error("pulled"),
    (error: Error) => error,
  );
  expect(told).toBe(message);
});

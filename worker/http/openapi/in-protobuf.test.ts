import { expect, test } from "vitest";
import { inProtobuf, type JsonDocument } from "./in-protobuf.ts";

const documentOf = (title: string): JsonDocument => ({
  contentType: "application/json",
  body: JSON.stringify({ openapi: "3.0.0", info: { title, version: "1" }, paths: {} }),
  etag: '"AB"',
});

test("WIRE-OPENAPI: a document is encoded once, however often it is requested", () => {
  const [one, other] = [documentOf("one"), documentOf("other")];
  expect(inProtobuf(one)).toBe(inProtobuf(one));
  expect(inProtobuf(one).etag).toBe(one.etag);
  expect(inProtobuf(other).body).not.toEqual(inProtobuf(one).body);
});

import { expect, test } from "vitest";
import { PlainTextError } from "../api-error.ts";
import { negotiate } from "./negotiate.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const VIEWS = ["Table", "PartialObjectMetadata"];

function chosen(accept: string, untyped: boolean): string | number {
  const request = new Request("https://sailplane/", { headers: { Accept: accept } });
  try {
    const { type, as = "" } = negotiate(request, new URLSearchParams(), VIEWS, { untyped });
    return `${type} ${as}`.trim();
  } catch (error) {
    if (error instanceof PlainTextError) return error.code;
    throw error;
  }
}

test.each([
  [`${PROTOBUF},application/json`, false, PROTOBUF],
  [`${PROTOBUF},application/json`, true, "application/json"],
  [PROTOBUF, true, 406],
  [`${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`, true, `${PROTOBUF} PartialObjectMetadata`],
  [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,application/json`, false, "application/json"],
  ["application/json;as=Table;v=v1;g=meta.k8s.io,application/json", false, "application/json Table"],
  ["application/json;as=Table;v=v2;g=meta.k8s.io,application/json", false, "application/json"],
  ["application/cbor", false, 406],
  ["application/cbor,application/json;q=0.5", false, "application/json"],
])("WIRE-NEGOTIATE: %s, untyped %s", (accept, untyped, expected) => {
  expect(chosen(accept, untyped)).toBe(expected);
});

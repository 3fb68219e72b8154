import { expect, test } from "vitest";
import { base64Url } from "../machinery/encoding/base64url.ts";
import { utf8Bytes } from "../machinery/encoding/utf8.ts";
import { formatContinue, parseContinue } from "./continue-token.ts";
import type { Revision } from "./store.ts";

const token = (value: unknown) => base64Url(utf8Bytes(typeof value === "string" ? value : JSON.stringify(value)));
const v = "meta.k8s.io/v1";

test("a continue token encodes the position in a list", () => {
  const after = { namespace: "a", name: "b" };
  expect(parseContinue(formatContinue({ revision: 7 as Revision, issued: 1, after }))).toEqual({
    revision: 7,
    issued: 1,
    after,
  });
  const cluster = { revision: undefined, after: { namespace: "", name: "b" } };
  expect(parseContinue(token({ v, rv: -1, start: "b\0" }))).toEqual(cluster);
  expect(parseContinue(token({ v, rv: -1, start: "/b\0" }))).toEqual(cluster);
});

test.each([
  ['{"v":', "unexpected end of JSON input"],
  [[], "json: cannot unmarshal array into Go value of type storage.continueToken"],
  [5, "json: cannot unmarshal number into Go value of type storage.continueToken"],
  [{ v, rv: "x" }, "json: cannot unmarshal string into Go struct field continueToken.rv of type int64"],
  [{ v: true }, "json: cannot unmarshal bool into Go struct field continueToken.v of type string"],
  [{ v, rv: 1.5 }, "json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64"],
  [null, "server does not recognize this encoded version "],
  [{ v, rv: 0, start: "b" }, `incorrect encoded start resourceVersion (version ${v})`],
  [{ v, rv: 1 }, `encoded start key empty (version ${v})`],
  [{ v, rv: 1, start: "a/../b" }, "a/../b"],
  [{ v, rv: 1, start: "a//b" }, "a//b"],
])("%j is refused: %s", (value, problem) => {
  expect(parseContinue(token(value))).toBe(problem);
});

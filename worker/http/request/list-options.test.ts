import { expect, test } from "vitest";
import { formatContinue } from "../../../api/store/continue-token.ts";
import { asRevision } from "../../../api/store/revision.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { isWatch, listOptions, requireNamed, revisionOption, selectionOf, watchOptions } from "./list-options.ts";

const of = (query: string) => new URLSearchParams(query);
const SERVED = { resource: { scope: "Namespaced", kind: "ConfigMap" } } as Served;
const watching = (query: string) => watchOptions(of(`watch=true&${query}`), SERVED);

/** The message of the refusal. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ApiError) return error.status.message ?? "";
    throw error;
  }
  return "";
}

test('a boolean parameter is true unless it is "false" in any case or "0"', () => {
  for (const value of ["", "nope", "1"]) expect(isWatch(of(`watch=${value}`))).toBe(true);
  for (const query of ["watch=False", "watch=0", ""]) expect(isWatch(of(query))).toBe(false);
});

test("WATCH-INITIAL: a watch without a revision requests initial events, and the bookmark after them", () => {
  for (const query of ["", "resourceVersion=", "resourceVersion=0"])
    expect(watching(query).sendInitialEvents).toBe(true);
  expect(watching("resourceVersion=7")).toMatchObject({ since: 7 });
  expect(watching("resourceVersion=7").sendInitialEvents).toBeUndefined();
  const requested = "resourceVersionMatch=NotOlderThan&sendInitialEvents=false";
  expect(watching(requested).sendInitialEvents).toBe(false);
  expect(watching("resourceVersionMatch=NotOlderThan&sendInitialEvents=").sendInitialEvents).toBe(true);
  expect(() => watching("sendInitialEvents=")).toThrow();
});

test("WATCH-OPTIONS: a watch from a revision ignores a continue token, and a watch by a watch path has the rules of lists", () => {
  expect(watching("resourceVersion=7&continue=abc")).toMatchObject({ since: 7 });
  for (const query of ["continue=abc", "resourceVersion=0&continue=abc"])
    expect(refusal(() => watching(query))).toContain("forbidden when continue is provided");
  const bare = (query: string) => refusal(() => watchOptions(of(query), SERVED));
  expect(bare("resourceVersion=7&resourceVersionMatch=NotOlderThan")).toBe("");
  expect(watchOptions(of(""), SERVED).sendInitialEvents).toBeUndefined();
  expect(bare("sendInitialEvents=true")).toContain("sendInitialEvents is forbidden for list");
});

test.each([
  ["", true],
  ["metadata.name=a,metadata.namespace=n", true],
  ["metadata.name!=b", false],
  ["metadata.namespace=n", false],
])("WATCH-OPTIONS: a watch of object a by its path with the field selector %j: %s", (fieldSelector, isFit) => {
  const query = new URLSearchParams({ fieldSelector });
  const message = refusal(() => requireNamed(query, selectionOf(query, SERVED), "a"));
  expect(message).toBe(isFit ? "" : "fieldSelector metadata.name doesn't match requested name");
  expect(refusal(() => requireNamed(query, selectionOf(query, SERVED), ""))).toBe("");
});

test.each([
  ["timeoutSeconds=x&limit=y", 'parsing "x"'],
  ["limit=y&labelSelector=a b", 'parsing "y"'],
  ["labelSelector=a b&fieldSelector=c", "found 'b'"],
  ["fieldSelector=c&sendInitialEvents=true", "invalid selector"],
  ["sendInitialEvents=true&fieldSelector=c=d", "sendInitialEvents is forbidden for list"],
  ["fieldSelector=c=d&resourceVersion=x", '"c" is not a known field selector'],
  ["fieldSelector=c=d&continue=x", '"c" is not a known field selector'],
])("WIRE-LIST-ORDER: of %s only the first error in Kubernetes' order is reported", (query, message) => {
  expect(refusal(() => listOptions(of(query), SERVED))).toContain(message);
});

test("causes are in Kubernetes' order", () => {
  const causes = (query: string) => {
    try {
      listOptions(of(query), SERVED);
    } catch (error) {
      if (error instanceof ApiError) return error.status.details?.causes?.map(({ reason }) => reason);
    }
    return [];
  };
  expect(causes("resourceVersionMatch=Bogus&continue=x")).toEqual([
    "FieldValueForbidden",
    "FieldValueForbidden",
    "FieldValueNotSupported",
  ]);
});

test("FAIR-SELECT: a label selector is limited to a thousand requirements and values", () => {
  const served = { resource: { scope: "Namespaced" } } as Served;
  const some = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`).join(",");
  const select = (selector: string) => selectionOf(new URLSearchParams({ labelSelector: selector }), served);
  expect(select(`app in (${some(999)}),tier`).requirements).toHaveLength(2);
  for (const selector of [`app in (${some(1000)}),tier`, some(1001)])
    expect(() => select(selector)).toThrow("at most 1000 requirements and values");
});

const after = { namespace: "", name: "a" };
const TOKEN = formatContinue({ revision: asRevision(7), after });

test.each([
  ["", { limit: 0, match: "" }],
  ["limit=5", { limit: 5, match: "" }],
  ["resourceVersion=7", { limit: 0, resourceVersion: 7, match: "" }],
  ["resourceVersion=7&resourceVersionMatch=Exact", { limit: 0, resourceVersion: 7, match: "Exact" }],
  ["limit=5&resourceVersion=7", { limit: 5, resourceVersion: 7, match: "Exact" }],
  [
    "limit=5&resourceVersion=7&resourceVersionMatch=NotOlderThan",
    { limit: 5, resourceVersion: 7, match: "NotOlderThan" },
  ],
  ["limit=5&resourceVersion=0", { limit: 0, match: "" }],
  ["resourceVersion=0&resourceVersionMatch=NotOlderThan", { limit: 0, match: "NotOlderThan" }],
  [`limit=5&continue=${TOKEN}`, { limit: 5, continue: { revision: 7, after }, match: "" }],
  [`continue=${TOKEN}&resourceVersion=0`, { limit: 0, continue: { revision: 7, after }, match: "" }],
])("WIRE-EXACT: the options of a list with %j", (query, options) => {
  const { selection: _, ...read } = listOptions(of(query), SERVED);
  expect(read).toEqual(options);
});

test.each([
  ["continue=abc!", "invalid continue token: continue key is not valid: illegal base64 data at input byte 3"],
  [`continue=${TOKEN}&resourceVersion=7`, "specifying resource version is not allowed when using continue"],
  ["resourceVersion=x", 'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint'],
  [
    "resourceVersion=0&resourceVersionMatch=Exact",
    'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
  ],
])("a list with %s is refused", (query, message) => {
  expect(refusal(() => listOptions(of(query), SERVED))).toContain(message);
});

test.each([
  ["resourceVersion=7&timeoutSeconds=5&allowWatchBookmarks=1", { since: 7, bookmarks: true, timeoutSeconds: 5 }],
  ["resourceVersion=0", { bookmarks: false, sendInitialEvents: true }],
  [
    "resourceVersion=7&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
    { notOlderThan: 7, bookmarks: false, sendInitialEvents: true },
  ],
  [
    "resourceVersion=7&sendInitialEvents=false&resourceVersionMatch=NotOlderThan",
    { since: 7, bookmarks: false, sendInitialEvents: false },
  ],
])("WATCH-OPTIONS: the options of a watch with %j", (query, options) => {
  const { selection: _, ...read } = watching(query);
  expect(read).toEqual(options);
});

test.each([
  ["limit=x", 'parsing "x"'],
  ["resourceVersion=x", 'resourceVersion: Invalid value: "x"'],
  ["resourceVersion=7&resourceVersionMatch=NotOlderThan", "forbidden for watch unless sendInitialEvents is provided"],
  ["sendInitialEvents=true&resourceVersionMatch=Exact", 'Unsupported value: "Exact": supported values: "NotOlderThan"'],
  ["sendInitialEvents=true", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"],
  [
    "resourceVersion=7&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&continue=abc",
    "resourceVersionMatch is forbidden when continue is provided",
  ],
])("WATCH-OPTIONS: a watch with %s is refused", (query, message) => {
  expect(refusal(() => watching(query))).toContain(message);
});

test("a revision that is none is an internal error, as in Kubernetes", () => {
  expect([revisionOption(of("")), revisionOption(of("resourceVersion=7"))]).toEqual([undefined, 7]);
  expect(() => revisionOption(of("resourceVersion=x"))).toThrow(
    expect.objectContaining({ status: expect.objectContaining({ code: 500 }) }),
  );
});

import { expect, test } from "vitest";
import { compareTyped } from "./compare.ts";
import { Differences, ownableThrough } from "./ownership.ts";
import { DEDUCED } from "./type-view.ts";

test("APPLY-11: through an endpoint without reset fields, every field that was set is owned", () => {
  const set = { "f:metadata": { "f:labels": { "f:a": {} } }, "f:spec": { "f:nodeName": {} }, "f:status": {} };
  for (const subresource of ["resize", "ephemeralcontainers"])
    expect(ownableThrough({ subresource, status: {} })(set)).toEqual(set);
  // Without an endpoint of its own, the status is like all else.
  expect(ownableThrough({ subresource: "" })(set)).toEqual(set);
});

test("APPLY-11: an endpoint may reset other fields than those of its name", () => {
  const set = { "f:spec": { "f:replicas": {}, "f:paused": {} }, "f:status": { "f:phase": {} } };
  const resets = [["spec", "replicas"], ["status"]];
  expect(ownableThrough({ subresource: "status", status: {}, resets })(set)).toEqual({ "f:spec": { "f:paused": {} } });
});

test("APPLY-11: through a status endpoint that ignores metadata, nobody owns metadata", () => {
  const set = { "f:metadata": { "f:labels": {} }, "f:spec": {}, "f:status": { "f:phase": {} } };
  const through = (status: { retainsMetadata?: string }) => ownableThrough({ subresource: "status", status })(set);
  expect(through({ retainsMetadata: "mark" })).toEqual({ "f:status": { "f:phase": {} } });
  expect(through({})).toEqual({ "f:metadata": { "f:labels": {} }, "f:status": { "f:phase": {} } });
});

test("APPLY-11: a custom kind's endpoint resets fields of the requested version, and those that managers own at others count", () => {
  const same = (object: Record<string, unknown>) => object;
  const kind = {
    apiVersion: "e.com/v2",
    view: DEDUCED,
    ownable: ownableThrough({ subresource: "", status: {} }),
    versions: () => ({ view: DEDUCED, from: same, to: same }),
  };
  const write = { old: { status: { a: 1 } }, next: {} };
  const custom = new Differences(write, { ...kind, resetsOwnVersion: true }, compareTyped);
  expect(custom.at("e.com/v2")?.removed).toEqual({});
  expect(custom.at("e.com/v1")?.removed).toEqual({ "f:status": { ".": {}, "f:a": {} } });
  const builtIn = new Differences(write, kind, compareTyped);
  for (const version of ["e.com/v1", "e.com/v2"]) expect(builtIn.at(version)?.removed).toEqual({});
});

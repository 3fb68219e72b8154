import { expect, test } from "vitest";
import { compareTyped } from "./compare.ts";
import { Differences, ownableThrough } from "./ownership.ts";
import { DEDUCED } from "./type-view.ts";

test("APPLY-11: through an endpoint without reset fields, every field that was set is owned", () => {
  const set = { "f:metadata": { "f:labels": { "f:a": {} } }, "f:spec": { "f:nodeName": {} } };
  for (const subresource of ["resize", "ephemeralcontainers"])
    expect(ownableThrough({ subresource, status: {} })(set)).toEqual(set);
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
    resetsOwnVersion: true,
    ownable: ownableThrough({ subresource: "", status: {} }),
    versions: () => ({ view: DEDUCED, from: same, to: same }),
  };
  const changes = new Differences({ old: { status: { a: 1 } }, next: {} }, kind, compareTyped);
  expect(changes.at("e.com/v2")?.removed).toEqual({});
  expect(changes.at("e.com/v1")?.removed).toEqual({ "f:status": { ".": {}, "f:a": {} } });
});

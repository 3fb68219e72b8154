import { expect, test } from "vitest";
import { ownableThrough } from "./ownership.ts";

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

import { expect, test } from "vitest";
import { ownableThrough } from "./ownership.ts";

test("APPLY-11: through an endpoint that takes a few paths only, nobody owns anything else", () => {
  const paths = [["f:spec", "f:containers", "*", "f:resources"]];
  const set = {
    "f:metadata": { "f:labels": { "f:a": {} } },
    "f:spec": {
      ".": {},
      "f:nodeName": {},
      "f:containers": { 'k:{"name":"c"}': { ".": {}, "f:image": {}, "f:resources": { "f:limits": {} } } },
    },
  };
  expect(ownableThrough({ subresource: "resize", paths })(set)).toEqual({
    "f:spec": {
      ".": {},
      "f:containers": { 'k:{"name":"c"}': { ".": {}, "f:resources": { "f:limits": {} } } },
    },
  });
});

test("APPLY-11: through a status endpoint that keeps metadata, nobody owns any of it", () => {
  const set = { "f:metadata": { "f:labels": {} }, "f:spec": {}, "f:status": { "f:phase": {} } };
  const through = (status: { keepsMetadata?: boolean }) => ownableThrough({ subresource: "status", status })(set);
  expect(through({ keepsMetadata: true })).toEqual({ "f:status": { "f:phase": {} } });
  expect(through({})).toEqual({ "f:metadata": { "f:labels": {} }, "f:status": { "f:phase": {} } });
});

import { expect, test } from "vitest";
import type { Service } from "../../../api/generated/core.v1.ts";
import { pendingReason } from "./load-balancer-pending.ts";

const service = (spec: object, conditions: object[] = []) => ({ spec, status: { conditions } }) as unknown as Service;
const refused = { type: "sailplane.dev/NodeAddresses", status: "False", message: "port 80 is taken by default/other" };

test.each<[string, Service, string | undefined, string]>([
  ["its condition", service({}, [refused]), "an old warning", "port 80 is taken by default/other"],
  ["its latest warning", service({}), "no address is left in the pool", "no address is left in the pool"],
  [
    "that its class is served by nothing",
    service({ loadBalancerClass: "x/y" }),
    undefined,
    "nothing that serves the class x/y has taken it on",
  ],
])("a load balancer without an address says why: %s", (_, of, warning, why) =>
  expect(pendingReason(of, warning)).toBe(why),
);

test("without any word on it, what would serve it is named", () => {
  expect(pendingReason(service({}), undefined)).toContain("sailplane.dev/load-balancer");
});

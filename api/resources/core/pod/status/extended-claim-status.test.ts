import { expect, test } from "vitest";
import type { Pod } from "../../../../generated/core.v1.ts";
import { validateExtendedClaimStatus } from "./extended-claim-status.ts";

const mapping = (containerName: string, resourceName: string, requestName: string) => ({
  containerName,
  resourceName,
  requestName,
});
const right = mapping("c", "a.b/c", "r");

const problems = (extendedResourceClaimStatus: NonNullable<Pod["status"]["extendedResourceClaimStatus"]>) =>
  validateExtendedClaimStatus({
    metadata: {},
    spec: { containers: [{ name: "c", resources: { requests: { "a.b/c": "1" } } }] },
    status: { extendedResourceClaimStatus },
  }).map(({ path, message }) => `${path.replace("status.extendedResourceClaimStatus.", "")}: ${message}`);

test("a pod's status maps the requests of one claim to its containers' resources", () => {
  expect(problems({ resourceClaimName: "x", requestMappings: [right] })).toEqual([]);
  expect(problems({ resourceClaimName: "", requestMappings: [] })).toEqual([
    "requestMappings: Required value: at least one request mapping is required",
    "resourceClaimName: Required value",
  ]);
  const wrong = problems({
    resourceClaimName: "A_",
    requestMappings: [mapping("x", "a.b/c", "R"), mapping("c", "a.b/d", "r"), right, right],
  });
  expect(wrong.map((each) => each.slice(0, 50))).toEqual([
    'requestMappings[0].containerName: Invalid value: "',
    'requestName: Invalid value: "R": a lowercase RFC 1',
    'requestMappings[1].resourceName: Invalid value: "a',
    "requestMappings[3].containerName: Duplicate value:",
    "requestMappings[3].resourceName: Duplicate value: ",
    'requestMappings[3].requestName: Duplicate value: "',
    'resourceClaimName: Invalid value: "A_": a lowercas',
  ]);
});

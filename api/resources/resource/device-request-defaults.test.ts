import { expect, test } from "vitest";
import { decoded } from "../../../test/fakes/objects/kind-errors.ts";

test("the tolerations of a claim's requests and of its results compare values", () => {
  const request = { name: "a", exactly: { deviceClassName: "c", tolerations: [{}] } };
  const status = { allocation: { devices: { results: [{ tolerations: [{ key: "k" }] }] } } };
  expect(decoded("ResourceClaim", { spec: { devices: { requests: [request] } }, status })).toMatchObject({
    spec: { devices: { requests: [{ exactly: { tolerations: [{ operator: "Equal" }] } }] } },
    status: { allocation: { devices: { results: [{ tolerations: [{ operator: "Equal" }] }] } } },
  });
});

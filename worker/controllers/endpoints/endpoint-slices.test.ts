import { expect, it } from "vitest";
import { service, start } from "../../../test/fakes/controllers/controlled-endpoints.ts";

it("CTL-EP-REFUSED: a slice that may not be written is reported", async () => {
  const at = start();
  at.cluster.refuse = (_, { resource }) =>
    resource === "endpointslices.discovery.k8s.io" ? { code: 403, message: "no" } : undefined;
  at.cluster.put("services", service());
  await at.settle();
  expect(at.cluster.list("events")[0]).toMatchObject({
    reason: "FailedToUpdateEndpointSlices",
    message: "Error updating Endpoint Slices for Service ns/s: failed to create EndpointSlice for Service ns/s: no",
  });
});

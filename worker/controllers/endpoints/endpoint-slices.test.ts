import { expect, it } from "vitest";
import { pod, service, slices, start } from "../../../test/fakes/controllers/controlled-endpoints.ts";

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

it("CTL-EP-LEFT: the slices of a deleted service are left to the garbage collector, which may have been told to orphan them", async () => {
  const at = start();
  at.cluster.put("pods", pod("a", "10.0.0.1"));
  at.cluster.put("services", service());
  await at.settle();
  const before = slices(at);
  at.cluster.remove("services", "ns", "s");
  await at.settle();
  expect(slices(at)).toEqual(before);
});

import { expect, it } from "vitest";
import { pod, service, slices, start } from "../../../test/fakes/controllers/controlled-endpoints.ts";

const SLICES = "endpointslices.discovery.k8s.io";

it("CTL-EP-REFUSED: a slice that may not be written is reported", async () => {
  const at = start();
  at.cluster.refuse = (_, { resource }) => (resource === SLICES ? { code: 403, message: "no" } : undefined);
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
  at.cluster.change("services", "ns", "s", ({ metadata }) => {
    metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  });
  at.cluster.change(SLICES, "ns", slices(at)[0]?.metadata.name ?? "", ({ metadata }) => {
    metadata.ownerReferences = [];
  });
  const before = slices(at);
  await at.settle();
  at.cluster.remove("services", "ns", "s");
  await at.settle();
  expect(slices(at)).toEqual(before);
});

import { expect, it } from "vitest";
import { claimAt, eventsOf, volumes, withVolume } from "../../../test/fakes/controllers/controlled-local-volumes.ts";

it("CTL-LOCAL-GROW: a claim that requests more storage gets it", async () => {
  const at = await withVolume();
  at.cluster.change("persistentvolumeclaims", "ns", "c", ({ spec }) => {
    spec.resources = { requests: { storage: "2Gi" } };
  });
  await at.settle();
  const capacity = { storage: "2Gi" };
  expect(volumes(at)[0]?.spec.capacity).toEqual(capacity);
  expect(claimAt(at, "c")?.status).toMatchObject({ capacity, allocatedResources: capacity });
  expect(eventsOf(at, /Resiz/)).toEqual([`External resizer is resizing volume ${at.name}`, "Resize volume succeeded"]);
});

import { describe, expect, it } from "vitest";
import {
  callOf,
  calls,
  DIRECTORY,
  eventsOf,
  node,
  volumes,
  withVolume,
} from "../../../test/fakes/controllers/controlled-local-volumes.ts";

describe("a local volume whose claim is gone", () => {
  it("CTL-LOCAL-DELETE: is deleted together with its data", async () => {
    const { name, ...at } = await withVolume();
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.settle();
    expect(calls(at).at(-1)).toBe(callOf("DELETE", "a", name));
    expect(volumes(at)).toEqual([]);
  });

  it("CTL-LOCAL-DELETE: is deleted with its data even if it was deleted before its claim", async () => {
    const { name, ...at } = await withVolume();
    at.cluster.remove("persistentvolumes", "", name);
    await at.settle();
    expect(volumes(at)[0]?.status.phase).toBe("Bound");
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.settle();
    expect(calls(at).at(-1)).toBe(callOf("DELETE", "a", name));
    expect(volumes(at)).toEqual([]);
  });

  it("CTL-LOCAL-DELETE: stays with its data if its reclaim policy is Retain", async () => {
    const { name, ...at } = await withVolume();
    const retain = (policy: string) =>
      at.cluster.change("persistentvolumes", "", name, ({ spec }) => {
        spec.persistentVolumeReclaimPolicy = policy;
      });
    retain("Retain");
    await at.settle();
    expect(volumes(at)[0]?.metadata.finalizers).toEqual(["kubernetes.io/pv-protection"]);
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.settle();
    expect([volumes(at)[0]?.status.phase, calls(at).length]).toEqual(["Released", 1]);
    retain("Delete");
    await at.settle();
    expect([volumes(at), calls(at).length]).toEqual([[], 2]);
  });

  it("CTL-LOCAL-DELETE: waits for a node that is down, without calling it", async () => {
    const { name, ...at } = await withVolume();
    at.cluster.put("nodes", node("a", { ready: false }));
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.pass(3_600_000);
    expect([volumes(at)[0]?.status.phase, calls(at).length, at.wakeAt()]).toEqual(["Released", 1, undefined]);
    at.cluster.put("nodes", node("a"));
    await at.settle();
    expect([volumes(at), calls(at).at(-1)]).toEqual([[], callOf("DELETE", "a", name)]);
  });

  it("CTL-LOCAL-DELETE: stays if the node refuses, which is reported and retried", async () => {
    const at = await withVolume();
    at.cluster.calls = () => ({ code: 409, message: "still used" });
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.pass(800);
    expect([volumes(at).length, eventsOf(at, /VolumeFailedDelete/)]).toEqual([1, ["still used"]]);
    at.cluster.calls = () => undefined;
    await at.pass(1000);
    expect(volumes(at)).toEqual([]);
  });

  it("CTL-LOCAL-GONE: is deleted without its data if its node no longer exists, with an event", async () => {
    const { name, ...at } = await withVolume();
    at.cluster.remove("nodes", "", "a");
    await at.settle();
    expect(volumes(at)[0]?.status.phase).toBe("Bound");
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.settle();
    expect([volumes(at), calls(at).length]).toEqual([[], 1]);
    expect(eventsOf(at, /VolumeFailedDelete/)).toEqual([
      `the node that kept it is gone: what is in ${DIRECTORY}/${name} there was not removed`,
    ]);
  });

  it("CTL-LOCAL-DELETE: is left to its own provisioner", async () => {
    const { name, ...at } = await withVolume();
    at.cluster.change("persistentvolumes", "", name, ({ metadata }) => {
      metadata.annotations = { "pv.kubernetes.io/provisioned-by": "other.example.com" };
    });
    at.cluster.remove("persistentvolumeclaims", "ns", "c");
    await at.pass(1000);
    expect([volumes(at)[0]?.status.phase, calls(at).length]).toEqual(["Released", 1]);
  });
});

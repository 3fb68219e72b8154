import { describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type {
  DeviceTaint,
  DeviceToleration,
  ResourceClaim,
  ResourceSlice,
} from "../../../api/generated/resource.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { deviceTaintEvictionController } from "./device-taint-eviction.ts";

const SLICES = "resourceslices.resource.k8s.io";

/** A pod that uses device d of pool p, with these tolerations. */
function start(tolerations: readonly DeviceToleration[] = []) {
  const at = controlledCluster([deviceTaintEvictionController]);
  at.cluster.put(SLICES, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: { name: "s" },
    spec: {
      driver: "x",
      nodeName: "n",
      pool: { name: "p", generation: 1, resourceSliceCount: 1 },
      devices: [{ name: "d" }, { name: "e" }],
    },
  } as ResourceSlice);
  const { metadata } = at.cluster.put("pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod", namespace: "ns" },
    spec: { nodeName: "n", containers: [], resourceClaims: [{ name: "c", resourceClaimName: "claim" }] },
    status: { phase: "Running" },
  } as Pod);
  at.cluster.put("resourceclaims.resource.k8s.io", {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { name: "claim", namespace: "ns" },
    spec: {},
    status: {
      allocation: {
        devices: { results: [{ request: "r", driver: "x", pool: "p", device: "d", tolerations: [...tolerations] }] },
      },
      reservedFor: [{ resource: "pods", name: "pod", uid: metadata.uid }],
    },
  } as ResourceClaim);
  const taint = (device: string, effect: string) =>
    at.cluster.change<ResourceSlice>(SLICES, "", "s", (draft) => {
      const taints: DeviceTaint[] = [{ key: "broken", effect, timeAdded: new Date(at.cluster.now).toISOString() }];
      draft.spec.devices = (draft.spec.devices ?? []).map((each) =>
        each.name === device ? { ...each, taints } : each,
      );
    });
  const isThere = () => at.cluster.get("pods", "ns", "pod") !== undefined;
  return { ...at, taint, isThere };
}

describe("CTL-DEVICE-TAINT: a pod with a device that is tainted NoExecute", () => {
  it("stays if the device was allocated for an extended resource", async () => {
    const at = start();
    at.cluster.change("pods", "ns", "pod", ({ spec, status }) => {
      delete spec.resourceClaims;
      status.extendedResourceClaimStatus = { resourceClaimName: "claim", requestMappings: [] };
    });
    at.taint("d", "NoExecute");
    await at.settle();
    expect(at.isThere()).toBe(true);
  });

  it("is evicted at once, with the reason", async () => {
    const at = start();
    await at.settle();
    at.taint("d", "NoExecute");
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(at.isThere()).toBe(false);
    expect(at.cluster.list("events").map(({ reason, message }) => [reason, message])).toEqual([
      ["DeviceTaintManagerEviction", "Marking for deletion"],
    ]);
  });

  it("is told why while it ends, in a condition without a generation", async () => {
    const at = start();
    at.cluster.change("pods", "ns", "pod", ({ metadata }) => {
      metadata.finalizers = ["example.com/seen"];
    });
    at.taint("d", "NoExecute");
    await at.settle();
    const { metadata, status } = at.cluster.get("pods", "ns", "pod") ?? {};
    expect([metadata?.generation, status?.conditions]).toEqual([
      expect.any(Number),
      [
        {
          type: "DisruptionTarget",
          status: "True",
          reason: "DeletionByDeviceTaintManager",
          message: "Device Taint manager: deleting due to NoExecute taint",
          lastTransitionTime: expect.any(String),
        },
      ],
    ]);
  });

  it.each([
    ["another device is tainted", "e", "NoExecute"],
    ["the taint is NoSchedule", "d", "NoSchedule"],
  ])("stays if %s", async (_, device, effect) => {
    const at = start();
    at.taint(device, effect);
    await at.settle();
    expect(at.isThere()).toBe(true);
  });

  it("stays as long as its claim tolerates it", async () => {
    const at = start([{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 }]);
    at.taint("d", "NoExecute");
    await at.pass(59_000);
    expect(at.isThere()).toBe(true);
    await at.pass(2000);
    expect(at.isThere()).toBe(false);
  });

  it("gets an event that its eviction is cancelled if the taint is removed in time", async () => {
    const at = start([{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 }]);
    at.taint("d", "NoExecute");
    await at.pass(30_000);
    at.taint("d", "None");
    await at.pass(60_000);
    expect(at.isThere()).toBe(true);
    expect(at.cluster.list("events").map(({ message }) => message)).toEqual(["Cancelling deletion"]);
  });

  it("stays forever if its claim tolerates the taint without limit", async () => {
    const noExecute = { operator: "Exists", effect: "NoExecute" };
    const at = start([{ ...noExecute, tolerationSeconds: 60 }, noExecute]);
    at.taint("d", "NoExecute");
    await at.pass(3_600_000);
    expect(at.isThere()).toBe(true);
  });

  it("is evicted if the claim's toleration does not name the effect", async () => {
    const at = start([{ operator: "Exists" }]);
    at.taint("d", "NoExecute");
    await at.settle();
    expect(at.isThere()).toBe(false);
  });
});

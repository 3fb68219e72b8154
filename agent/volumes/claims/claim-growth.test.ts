import { expect, test } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import { GrpcCode, GrpcError } from "../../grpc/grpc-error.ts";
import { ClaimGrowth } from "./claim-growth.ts";

const pod: Pod = { metadata: { name: "p" }, spec: { nodeName: "n", containers: [] }, status: {} };
const volume: PersistentVolume = {
  metadata: { name: "pv" },
  spec: { capacity: { storage: "2Gi" }, csi: { driver: "d", volumeHandle: "h" } },
  status: {},
};
const claimOf = (stage: string | undefined, request = "2Gi"): PersistentVolumeClaim => ({
  metadata: { name: "data", resourceVersion: "7" },
  spec: { volumeName: "pv", resources: { requests: { storage: request } } },
  status: {
    conditions: [{ type: "FileSystemResizePending", status: "True" }],
    ...(stage === undefined ? {} : { allocatedResourceStatuses: { storage: stage } }),
  },
});

/** With these answers from the driver: the events about the claim, and the patches of its status. */
function growing(answers: readonly (number | undefined)[]) {
  const left = [...answers];
  const patches: object[] = [];
  const growth = new ClaimGrowth({
    sources: {
      claim: async () => undefined,
      persistentVolume: async () => volume,
      patchStatus: async (_, status) => void patches.push(status),
    },
    csi: {
      publish: () => Promise.reject(new Error("not asked for here")),
      unpublish: async () => {},
      grow: async () => {
        const code = left.shift();
        if (code !== undefined) throw new GrpcError(code, "no");
      },
      republishAt: () => undefined,
      stats: async () => new Map(),
    },
  });
  return { growth, patches, left };
}

const failed = (message: string) => ({
  conditions: [{ type: "NodeResizeError", status: "True", message: `failed to expand pvc with ${message}` }],
});

test("AGENT-CSI-GROW: a claim's status shows when its file system starts to grow and when it has grown", async () => {
  const { growth, patches } = growing([undefined]);
  expect(await growth.grow(pod, claimOf("NodeResizePending"))).toMatchObject({ reason: "FileSystemResizeSuccessful" });
  expect(patches).toMatchObject([
    { allocatedResourceStatuses: { storage: "NodeResizeInProgress" } },
    { capacity: { storage: "2Gi" }, allocatedResourceStatuses: { storage: null } },
  ]);
});

test("AGENT-CSI-GROW-END: a driver's final error makes the resize infeasible, without a retry", async () => {
  const { growth, patches } = growing([GrpcCode.OutOfRange]);
  const why = "Expander.NodeExpand failed to expand the volume rpc error: code = OutOfRange desc = no";
  expect(await growth.grow(pod, claimOf("NodeResizeInProgress"))).toEqual({
    type: "Warning",
    reason: "VolumeResizeFailed",
    message: `NodeExpandVolume.NodeExpandVolume failed for volume "pv" : ${why}`,
  });
  expect(patches).toMatchObject([{ allocatedResourceStatuses: { storage: "NodeResizeInfeasible" }, ...failed(why) }]);
  expect(await growth.grow(pod, claimOf("NodeResizeInfeasible"))).toBeUndefined();
});

test("AGENT-CSI-GROW-END: other errors are reported and retried until the claim requests another size", async () => {
  const { growth, patches } = growing([GrpcCode.Internal, GrpcCode.Internal, GrpcCode.Internal]);
  const reported = failed("Expander.NodeExpand failed to expand the volume : rpc error: code = Internal desc = no");
  for (const request of ["2Gi", "2Gi", "1Gi"]) await growth.grow(pod, claimOf("NodeResizeInProgress", request));
  expect(patches).toMatchObject([
    reported,
    reported,
    { allocatedResourceStatuses: { storage: "NodeResizeInfeasible" } },
  ]);
  expect(patches[1]).not.toHaveProperty("allocatedResourceStatuses");
});

test("AGENT-CSI-GROW-END: a failure before the volume grew says nothing about its next size", async () => {
  const { growth, patches } = growing([GrpcCode.Internal, undefined, GrpcCode.Internal]);
  for (const [request, resourceVersion] of [
    ["2Gi", "7"],
    ["2Gi", "8"],
    ["3Gi", "9"],
  ] as const) {
    const claim = claimOf("NodeResizeInProgress", request);
    await growth.grow(pod, { ...claim, metadata: { ...claim.metadata, resourceVersion } });
  }
  expect(patches.at(-1)).not.toHaveProperty("allocatedResourceStatuses");
});

test("AGENT-CSI-GROW: a driver that cannot expand volumes in use is called once", async () => {
  const { growth, left } = growing([GrpcCode.FailedPrecondition, undefined]);
  for (let time = 0; time < 2; time++) expect(await growth.grow(pod, claimOf("NodeResizeInProgress"))).toBeUndefined();
  expect(left).toHaveLength(1);
});

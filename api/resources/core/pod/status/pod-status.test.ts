import { describe, expect, it } from "vitest";
import { podKind, podOf } from "../../../../../test/fakes/objects/pod-draft.ts";
import type { ContainerStatus } from "../../../../generated/core.v1.ts";

const status = (part: Partial<ContainerStatus>): ContainerStatus => ({
  name: "c",
  ready: false,
  restartCount: 0,
  image: "",
  imageID: "",
  ...part,
});

describe("a pod's status", () => {
  it("keeps observedGeneration, whoever writes it", () => {
    const condition = (type: string, observedGeneration?: number) => ({
      type,
      status: "True",
      ...(observedGeneration ? { observedGeneration } : {}),
    });
    const old = podOf({ status: { observedGeneration: 2, conditions: [condition("A", 1), condition("B", 2)] } });
    const next = podOf({ status: { conditions: [condition("B"), condition("A", 3), condition("A")] } });
    podKind.status?.prepareUpdate?.(next, old);
    expect(next.status.observedGeneration).toBe(2);
    expect(next.status.conditions?.map(({ observedGeneration }) => observedGeneration)).toEqual([2, 3, undefined]);
  });

  const ended = { state: { terminated: { exitCode: 1 } } };
  it.each<[string, Parameters<typeof podOf>[0], readonly string[], Parameters<typeof podOf>[0]?]>([
    ["a generation below zero", { status: { observedGeneration: -1 } }, ["status.observedGeneration"]],
    [
      "a condition's generation below zero",
      { status: { conditions: [{ type: "Ready", status: "True", observedGeneration: -1 }] } },
      ["status.conditions[0].observedGeneration"],
    ],
    [
      "a nomination of a bound pod",
      { spec: { nodeName: "n" }, status: { nominatedNodeName: "m" } },
      ["status.nominatedNodeName"],
    ],
    [
      "users beyond 32 bits",
      {
        status: {
          containerStatuses: [status({ user: { linux: { uid: -1, gid: 2 ** 31, supplementalGroups: [0, -1] } } })],
        },
      },
      [
        "status.containerStatuses[0].user.linux.uid",
        "status.containerStatuses[0].user.linux.gid",
        "status.containerStatuses[0].user.linux.supplementalGroups[1]",
      ],
    ],
    [
      "a Linux user on Windows",
      {
        spec: { os: { name: "windows" } },
        status: { containerStatuses: [status({ user: { linux: { uid: -1, gid: 0 } } })] },
      },
      ["status.containerStatuses[0].user.linux"],
    ],
    [
      "health of devices that the container has not asked for, with one of them twice",
      {
        status: {
          containerStatuses: [
            status({
              allocatedResourcesStatus: [
                { name: "a.b/gpu", resources: [{ resourceID: "1", health: "Healthy" }] },
                {
                  name: "claim:c",
                  resources: [
                    { resourceID: "1", health: "Ill", message: "" },
                    { resourceID: "1", health: "Unknown", message: "x".repeat(1025) },
                  ],
                },
              ],
            }),
            status({ name: "gone", allocatedResourcesStatus: [{ name: "a.b/gpu" }] }),
          ],
        },
      },
      [
        "status.containerStatuses[0].allocatedResourcesStatus[0].name",
        "status.containerStatuses[0].allocatedResourcesStatus[1].name",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[0].health",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[0].message",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[1].message",
        "status.containerStatuses[0].allocatedResourcesStatus[1].resources[1].resourceID",
      ],
    ],
    [
      "devices of an ephemeral container",
      { status: { ephemeralContainerStatuses: [status({ allocatedResourcesStatus: [{ name: "a" }] })] } },
      ["status.ephemeralContainerStatuses[0].allocatedResourcesStatus"],
    ],
    [
      "addresses of which one is none",
      { status: { hostIP: "1.2.3.4", hostIPs: [{ ip: "1.2.3.4" }, { ip: "x" }] } },
      ["status.hostIPs[1]", "status.hostIPs", "status.hostIPs"],
    ],
    [
      "one that has ended for good and runs again",
      { spec: { restartPolicy: "Never" }, status: { containerStatuses: [status({})] } },
      ["status.containerStatuses[0].state"],
      { spec: { restartPolicy: "Never" }, status: { containerStatuses: [status(ended)] } },
    ],
    [
      "nothing, where the container's rule is to restart by its exit code",
      { spec: { restartPolicy: "Never" }, status: { containerStatuses: [status({})] } },
      [],
      {
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "c",
              restartPolicy: "Never",
              restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [1] } }],
            },
          ],
        },
        status: { containerStatuses: [status(ended)] },
      },
    ],
  ])("refuses %s", (_, next, paths, old = { spec: next?.spec ?? {} }) => {
    const errors = podKind.status?.validateUpdate?.(podOf(next), podOf(old)) ?? [];
    expect(errors.map(({ path }) => path)).toEqual(paths);
  });
});

import { describe, expect, it } from "vitest";
import type {
  ContainerStatus,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
} from "../../../../api/generated/core.v1.ts";
import { claimProblems, podProblems } from "./checks.ts";
import { applyDefaults } from "./defaults.ts";

const range = (...limits: LimitRangeItem[]): LimitRange => ({ metadata: { name: "l" }, spec: { limits } });
const pod = (requests: Record<string, string>, limits: Record<string, string> = {}): Pod => ({
  metadata: { name: "p" },
  spec: { containers: [{ name: "c", image: "i", resources: { requests, limits } }] },
  status: {},
});

const withOverhead = ({ spec, ...rest }: Pod): Pod => ({ ...rest, spec: { ...spec, overhead: { cpu: "1" } } });
const granted = (cpu: string): ContainerStatus => ({
  name: "c",
  ready: true,
  restartCount: 0,
  image: "i",
  imageID: "",
  resources: { limits: { cpu } },
});

describe("a limit range", () => {
  it.each<[LimitRangeItem, Pod, string[]]>([
    [
      { type: "Container", min: { cpu: "100m" } },
      pod({}),
      ["minimum cpu usage per Container is 100m.  No request is specified"],
    ],
    [
      { type: "Container", min: { cpu: "0.1" } },
      pod({ cpu: "50m" }),
      ["minimum cpu usage per Container is 100m, but request is 50m"],
    ],
    [
      { type: "Container", max: { cpu: "1" } },
      pod({ cpu: "1" }),
      ["maximum cpu usage per Container is 1.  No limit is specified"],
    ],
    [
      { type: "Container", max: { cpu: "1" } },
      pod({}, { cpu: "2" }),
      ["maximum cpu usage per Container is 1, but limit is 2"],
    ],
    [
      { type: "Container", maxLimitRequestRatio: { memory: "2" } },
      pod({ memory: "1Gi" }, { memory: "3Gi" }),
      ["memory max limit to request ratio per Container is 2, but provided ratio is 3.000000"],
    ],
    [
      { type: "Pod", max: { memory: "1Gi" } },
      pod({ memory: "1Gi" }, { memory: "2Gi" }),
      ["maximum memory usage per Pod is 1Gi, but limit is 2Gi"],
    ],
    [
      { type: "Pod", max: { cpu: "1" } },
      { ...withOverhead(pod({}, { cpu: "1" })), status: { containerStatuses: [granted("2")] } },
      [],
    ],
    [{ type: "Container", max: { cpu: "2" }, min: { cpu: "1" } }, pod({ cpu: "1" }, { cpu: "2" }), []],
  ])("a range %j has these problems with the pod %j: %j", (item, subject, problems) => {
    expect(podProblems(subject, range(item))).toEqual(problems);
  });

  it("bounds the storage of claims", () => {
    const claim = {
      metadata: {},
      spec: { resources: { requests: { storage: "2Gi" } } },
      status: {},
    } as PersistentVolumeClaim;
    expect(claimProblems(claim, range({ type: "PersistentVolumeClaim", max: { storage: "1Gi" } }))).toEqual([
      "maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi",
    ]);
  });

  it("gives defaults to containers without resources, and annotates the pod", () => {
    const subject = pod({ cpu: "50m" });
    applyDefaults(
      subject,
      range({ type: "Container", default: { cpu: "1" }, defaultRequest: { cpu: "100m", memory: "1Mi" } }),
    );
    expect(subject.spec.containers[0]?.resources).toEqual({
      requests: { cpu: "50m", memory: "1Mi" },
      limits: { cpu: "1" },
    });
    expect(subject.metadata.annotations).toEqual({
      "kubernetes.io/limit-ranger": "LimitRanger plugin set: memory request for container c; cpu limit for container c",
    });
  });
});

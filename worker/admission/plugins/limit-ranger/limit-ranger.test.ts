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
const withInit = ({ spec, ...rest }: Pod, limits: Record<string, string>): Pod => ({
  ...rest,
  spec: { ...spec, initContainers: [{ name: "i", image: "i", resources: { limits } }] },
});
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
    [
      { type: "Container", min: { memory: "2Gi", cpu: "100m" } },
      pod({ cpu: "1", memory: "2Gi" }, { memory: "1Gi", cpu: "10m" }),
      [
        "minimum cpu usage per Container is 100m, but limit is 10m",
        "minimum memory usage per Container is 2Gi, but limit is 1Gi",
      ],
    ],
    [
      { type: "Container", max: { cpu: "1" } },
      pod({ cpu: "2" }, { cpu: "1" }),
      ["maximum cpu usage per Container is 1, but request is 2"],
    ],
    [{ type: "Container", maxLimitRequestRatio: { cpu: "1500m" } }, pod({ cpu: "2" }, { cpu: "3" }), []],
    [
      { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
      pod({ cpu: "0" }, { cpu: "3" }),
      ["cpu max limit to request ratio per Container is 2, but no request is specified or request is 0"],
    ],
    [
      { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
      pod({ cpu: "1" }),
      ["cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0"],
    ],
    [
      { type: "Container", max: { cpu: "1" } },
      withInit(pod({}, { cpu: "1" }), { cpu: "2" }),
      ["maximum cpu usage per Container is 1, but limit is 2"],
    ],
    [{ type: "PersistentVolumeClaim", max: { cpu: "1" } }, pod({}, { cpu: "2" }), []],
  ])("a range %j has these problems with the pod %j: %j", (item, subject, problems) => {
    expect(podProblems(subject, range(item))).toEqual(problems);
  });

  it.each<[LimitRangeItem, string | undefined, string[]]>([
    [
      { type: "PersistentVolumeClaim", max: { storage: "1Gi" } },
      "2Gi",
      ["maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi"],
    ],
    [
      { type: "PersistentVolumeClaim", max: { storage: "1Gi" } },
      undefined,
      ["maximum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified"],
    ],
    [
      { type: "PersistentVolumeClaim", min: { storage: "3Gi" } },
      "2Gi",
      ["minimum storage usage per PersistentVolumeClaim is 3Gi, but request is 2Gi"],
    ],
    [{ type: "PersistentVolumeClaim", min: { storage: "2Gi" }, max: { storage: "2Gi" } }, "2Gi", []],
    [{ type: "Pod", max: { storage: "1Gi" } }, "2Gi", []],
  ])("a range %j has with a claim of %j these problems: %j", (item, storage, problems) => {
    const requests = storage === undefined ? {} : { storage };
    const claim = { metadata: {}, spec: { resources: { requests } }, status: {} } as PersistentVolumeClaim;
    expect(claimProblems(claim, range(item))).toEqual(problems);
  });

  it("gives defaults to containers without resources, and annotates the pod", () => {
    const subject = pod({ cpu: "50m" });
    applyDefaults(
      subject,
      range(
        { type: "Container", default: { cpu: "1" }, defaultRequest: { cpu: "100m", memory: "1Mi" } },
        { type: "Pod", default: { "example.com/gpu": "1" } },
      ),
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

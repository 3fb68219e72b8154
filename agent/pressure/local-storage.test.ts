import { describe, expect, it } from "vitest";
import type { Pod, PodSpec } from "../../api/generated/core.v1.ts";
import { hasStorageLimit, overLimit } from "./local-storage.ts";

const podOf = (spec: Partial<PodSpec>): Pod => ({
  metadata: { namespace: "default", name: "p", uid: "u" },
  spec: { containers: [{ name: "c" }], ...spec },
  status: {},
});
const MIB = 1024 * 1024;
const limits = { limits: { "ephemeral-storage": "2Mi" } };
const use = (volume: number, container: number) => ({
  volumes: new Map([["v", volume * MIB]]),
  containers: new Map([["c", container * MIB]]),
});

describe("AGENT-PRESSURE: what a pod keeps on the disk", () => {
  const withVolume = podOf({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi" } }] });
  const two = podOf({ containers: [{ name: "c", resources: limits }, { name: "d" }] });
  const equal = podOf({ containers: ["c", "d"].map((name) => ({ name, resources: limits })) });
  const one = podOf({ containers: [{ name: "c", resources: limits }] });

  it.each([
    [withVolume, use(1, 9), undefined],
    [withVolume, use(2, 0), 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '],
    [two, use(1, 1), undefined],
    // The other container's volume counts too.
    [two, use(9, 1), "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. "],
    [equal, use(0, 3), 'Container c exceeded its local ephemeral storage limit "2Mi". '],
    [one, use(2, 1), "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. "],
  ])("ends it where it is more than its limits (%#)", (pod, used, why) => expect(overLimit(pod, used)).toBe(why));

  it("is measured only where there is a limit", () => {
    const inMemory = podOf({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi", medium: "Memory" } }] });
    expect([withVolume, one, inMemory, podOf({})].map(hasStorageLimit)).toEqual([true, true, false, false]);
  });
});

import { describe, expect, it } from "vitest";
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import { emptyDirFileSystem } from "./empty-dir.ts";

const podOf = (...limits: Record<string, string>[]): Pod => ({
  metadata: { name: "p" },
  spec: { containers: limits.map((each, i): Container => ({ name: `c${i}`, resources: { limits: each } })) },
  status: {},
});
const node = { memory: "1Gi" };
const UNREQUESTED = "hugePages storage requested, but there is no resource request for huge pages";
const MIB = 1024 ** 2;

describe("AGENT-VOLUME-MEMORY: an emptyDir", () => {
  it("is on disk by default", () => expect(emptyDirFileSystem(podOf({}), {}, node)).toBeUndefined());

  it.each([
    [podOf({}), undefined, 1024 * MIB],
    [podOf({}), "64Mi", 64 * MIB],
    [podOf({}), "2Gi", 1024 * MIB],
    [podOf({ memory: "32Mi" }), "64Mi", 32 * MIB],
    [podOf({ memory: "32Mi" }, { memory: "16Mi" }), undefined, 48 * MIB],
    [podOf({ memory: "32Mi" }, {}), undefined, 1024 * MIB],
  ])("in memory is limited by its size limit, its pod and the node (%#)", (pod, sizeLimit, size) =>
    expect(emptyDirFileSystem(pod, { medium: "Memory", ...(sizeLimit && { sizeLimit }) }, node)).toEqual({
      type: "tmpfs",
      options: ["mode=1777", `size=${size}`],
    }),
  );

  const huge = podOf({ "hugepages-2Mi": "4Mi" });
  it.each([
    [huge, "HugePages", "2Mi"],
    [huge, "HugePages-2Mi", "2Mi"],
    [huge, "HugePages-2048Ki", "2Mi"],
    [podOf({ "hugepages-2Mi": "4Mi", "hugepages-1Gi": "1Gi" }), "HugePages-1Gi", "1Gi"],
  ])("uses huge pages of the requested size (%#)", (pod, medium, size) =>
    expect(emptyDirFileSystem(pod, { medium }, node)).toEqual({ type: "hugetlbfs", options: [`pagesize=${size}`] }),
  );

  it.each([
    [podOf({}), "HugePages", `medium HugePages: ${UNREQUESTED}`],
    [huge, "HugePages-1Gi", `medium HugePages-1Gi: ${UNREQUESTED}`],
    [
      podOf({ "hugepages-2Mi": "4Mi", "hugepages-1Gi": "1Gi" }),
      "HugePages",
      "medium: HugePages can't be used if container requests multiple huge page sizes",
    ],
  ])("explains why huge pages are unavailable (%#)", (pod, medium, why) =>
    expect(() => emptyDirFileSystem(pod, { medium }, node)).toThrow(why),
  );
});

import { describe, expect, it } from "vitest";
import { parseLabels, parseTaints } from "./node-options.ts";

describe("options of a node", () => {
  it("are labels, as a kubelet takes them", () => {
    expect(parseLabels("zone=a,example.com/disk=")).toEqual({ zone: "a", "example.com/disk": "" });
    expect(() => parseLabels("zone")).toThrow(/key=value/);
  });

  it("are taints, with a value or without", () => {
    expect(parseTaints("gpu=yes:NoSchedule,own:NoExecute")).toEqual([
      { key: "gpu", value: "yes", effect: "NoSchedule" },
      { key: "own", effect: "NoExecute" },
    ]);
    expect(() => parseTaints("gpu=yes:Never")).toThrow(/NoSchedule/);
  });
});

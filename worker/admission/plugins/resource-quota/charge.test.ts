import { describe, expect, it } from "vitest";
import type { ResourceQuota } from "../../../../api/generated/core.v1.ts";
import { charge, difference } from "./charge.ts";

const quota = (hard: Record<string, string>, used: Record<string, string>): ResourceQuota => ({
  metadata: { name: "q" },
  spec: { hard },
  status: { hard, used },
});

describe("charging a quota", () => {
  it("counts the limited resources and ignores others", () => {
    const charged = charge(quota({ pods: "2", cpu: "1" }, { pods: "1", cpu: "400m" }), { pods: "1", memory: "1Gi" });
    expect(charged).toEqual({ ok: true, used: { pods: "2", cpu: "400m" } });
  });

  it("reports only exceeded resources, in order", () => {
    const limits = quota({ pods: "1", cpu: "1", memory: "1Gi" }, { pods: "1", cpu: "0", memory: "1Gi" });
    expect(charge(limits, { pods: "1", memory: "1Mi", cpu: "1" })).toEqual({
      ok: false,
      why: "exceeded quota: q, requested: memory=1Mi,pods=1, used: memory=1Gi,pods=1, limited: memory=1Gi,pods=1",
    });
  });

  it("charges what an update adds, and releases nothing", () => {
    const before = { cpu: "600m", pods: "1", memory: "1Gi", "limits.cpu": "2" };
    expect(difference({ cpu: "1", pods: "1", "limits.cpu": "1" }, before)).toEqual({ cpu: "400m" });
  });
});

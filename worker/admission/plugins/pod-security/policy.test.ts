import { describe, expect, it } from "vitest";
import { parsePolicy, textOf } from "./policy.ts";

describe("a namespace's pod security labels", () => {
  it("warn at the enforced level if there is no warn label", () => {
    const { policy } = parsePolicy({
      "pod-security.kubernetes.io/enforce": "baseline",
      "pod-security.kubernetes.io/enforce-version": "v1.30",
    });
    expect(textOf(policy.warn)).toBe("baseline:v1.30");
    expect(textOf(policy.audit)).toBe("privileged:latest");
  });

  it("enforce the strictest level if the label is invalid", () => {
    const { policy, errors } = parsePolicy({ "pod-security.kubernetes.io/enforce": "superstrict" });
    expect(textOf(policy.enforce)).toBe("restricted:latest");
    expect(errors).toHaveLength(1);
  });

  const label = (name: string) => `pod-security.kubernetes.io/${name}`;
  it.each<[Record<string, string>, string, string, number]>([
    [{}, "privileged:latest", "privileged:latest", 0],
    [{ enforce: "baseline" }, "baseline:latest", "baseline:latest", 0],
    [{ enforce: "baseline", "warn-version": "v1.20" }, "baseline:latest", "baseline:v1.20", 0],
    [{ enforce: "baseline", "enforce-version": "v1.20", warn: "privileged" }, "baseline:v1.20", "privileged:latest", 0],
    [{ warn: "restricted", "warn-version": "latest" }, "privileged:latest", "restricted:latest", 0],
    [{ warn: "strict" }, "privileged:latest", "privileged:latest", 1],
    [{ enforce: "baseline", "enforce-version": "v1.020" }, "baseline:latest", "baseline:latest", 1],
    [{ enforce: "baseline", "enforce-version": "v2.0" }, "baseline:latest", "baseline:latest", 1],
  ])("%j enforce %s, and warn at %s, with %i errors", (labels, enforce, warn, count) => {
    const { policy, errors } = parsePolicy(
      Object.fromEntries(Object.entries(labels).map(([name, value]) => [label(name), value])),
    );
    expect([textOf(policy.enforce), textOf(policy.warn), errors.length]).toEqual([enforce, warn, count]);
  });
});

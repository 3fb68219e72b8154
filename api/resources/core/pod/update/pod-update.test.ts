import { describe, expect, it } from "vitest";
import { podKind, podOf } from "../../../../../test/fakes/objects/pod-draft.ts";
import type { Pod } from "../../../../generated/core.v1.ts";

describe("an update of a pod", () => {
  const old = podOf({ spec: { tolerations: [{ key: "a", operator: "Exists" }], activeDeadlineSeconds: 10 } });
  const errorsOf = (change: (next: Pod) => void) => {
    const next = structuredClone(old);
    change(next);
    return podKind.validateUpdate?.(next, old).map(({ path, message }) => `${path}: ${message}`.split("\n")[0]);
  };

  it("can change images, add tolerations and shorten the deadline", () => {
    const errors = errorsOf(({ spec }) => {
      spec.containers = [{ ...spec.containers[0], name: "c", image: "i:2" }];
      spec.tolerations = [...(spec.tolerations ?? []), { key: "b", operator: "Exists" }];
      spec.activeDeadlineSeconds = 5;
    });
    expect(errors).toEqual([]);
  });

  it("reports a new scheduling gate once, at its last place", () => {
    const errors = errorsOf(({ spec }) => {
      spec.schedulingGates = [{ name: "a.b/c" }, { name: "a.b/c" }];
    });
    expect(errors?.filter((error) => error?.includes("only deletion is allowed"))).toEqual([
      "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a.b/c'",
    ]);
  });

  it("applies the rules for new pods to changed fields", () => {
    const errors = errorsOf(({ metadata, spec }) => {
      metadata.annotations = { "controller.kubernetes.io/pod-deletion-cost": "much" };
      spec.tolerations = [...(spec.tolerations ?? []), { key: "b", operator: "Exists", value: "c" }];
    });
    expect(errors).toEqual([
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "much": must be a 32bit integer',
      "spec.tolerations[1].operator: Invalid value: \"c\": value must be empty when `operator` is 'Exists'",
    ]);
  });

  it("cannot change anything else, and reports what may change", () => {
    const errors = errorsOf(({ spec }) => {
      spec.schedulerName = "other";
    });
    expect(errors).toEqual([expect.stringMatching(/^spec: Forbidden: pod updates may not change fields other than/)]);
  });

  it("cannot remove tolerations or containers", () => {
    const withoutTolerations = errorsOf(({ spec }) => {
      delete spec.tolerations;
    });
    expect(withoutTolerations).toEqual([
      "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    ]);
    const withoutContainers = errorsOf(({ spec }) => {
      spec.containers = [];
    });
    expect(withoutContainers).toEqual(["spec.containers: Forbidden: pod updates may not add or remove containers"]);
  });
});

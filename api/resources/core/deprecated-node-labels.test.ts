import { describe, expect, it } from "vitest";
import { decoded, kindOf } from "../../../test/fakes/objects/kind-errors.ts";

const MASTER = "node-role.kubernetes.io/master";
const USE = 'use "node-role.kubernetes.io/control-plane" instead';
const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: MASTER, operator: "Exists" }] }] };
const podOf = (spec: object) => ({ spec: { template: { spec: { containers: [], ...spec } } } });

describe("the deprecated label of control plane nodes", () => {
  it.each<[string, object, string]>([
    ["DaemonSet", podOf({ nodeSelector: { [MASTER]: "" } }), `spec.template.spec.nodeSelector[${MASTER}]: ${USE}`],
    [
      "DaemonSet",
      podOf({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }),
      `spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: ${MASTER} is ${USE}`,
    ],
    [
      "RuntimeClass",
      { handler: "h", scheduling: { nodeSelector: { [MASTER]: "" } } },
      `scheduling.nodeSelector: ${USE}`,
    ],
    [
      "PersistentVolume",
      { spec: { nodeAffinity: { required } } },
      `spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: ${MASTER} is ${USE}`,
    ],
  ])("a %s of %j gets the warning %j", (kind, part, warning) =>
    expect(kindOf(kind).warnings?.(decoded(kind, part))).toEqual([warning]),
  );
});

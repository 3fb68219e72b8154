import { expect, test } from "vitest";
import { forbiddenLabels } from "./node-labels.ts";

test.each([
  ["team", true],
  ["example.com/pool", true],
  ["kubernetes.io/hostname", true],
  ["topology.kubernetes.io/zone", true],
  ["node.kubernetes.io/instance-type", true],
  ["anything.node.kubernetes.io/x", true],
  ["kubelet.kubernetes.io/x", true],
  ["kubernetes.io/bogus", false],
  ["node-role.kubernetes.io/control-plane", false],
  ["k8s.io/x", false],
  ["team.k8s.io/x", false],
  ["node-restriction.kubernetes.io/x", false],
  ["team.node-restriction.kubernetes.io/x", false],
  ["notkubernetes.io/x", true],
])("a node may set %s on itself: %s", (label, may) => {
  expect(forbiddenLabels({ [label]: "v" }, {})).toEqual(may ? [] : [label]);
});

test("unchanged labels are ignored, removed ones are not", () => {
  const old = { "kubernetes.io/b": "1", "kubernetes.io/a": "1" };
  expect(forbiddenLabels(old, old)).toEqual([]);
  expect(forbiddenLabels({}, old)).toEqual(["kubernetes.io/a", "kubernetes.io/b"]);
});

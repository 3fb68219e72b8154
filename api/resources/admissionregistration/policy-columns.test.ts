import { expect, test } from "vitest";
import { paramRefColumn } from "./policy-columns.ts";

test.each([
  [undefined, "<unset>"],
  [{ name: "a" }, "*/a"],
  [{ name: "a", namespace: "n" }, "n/a"],
  [{ selector: {} }, "&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{},}"],
  [
    {
      selector: {
        matchLabels: { b: "2", a: "1" },
        matchExpressions: [{ key: "c", operator: "In", values: ["x", "y"] }],
      },
    },
    "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:c,Operator:In,Values:[x y],},},}",
  ],
])("parameters by %j are shown as %s", (paramRef, shown) => {
  const object = { metadata: { name: "b" }, spec: { ...(paramRef ? { paramRef } : {}) } };
  expect(paramRefColumn.of(object as never, { since: () => "" } as never)).toBe(shown);
});

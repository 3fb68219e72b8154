import fc from "fast-check";
import { expect, test } from "vitest";
import type { Toleration } from "../../../api/generated/core.v1.ts";
import { inCpuTime } from "../../../test/cpu-time.ts";
import { covers, withoutCovered } from "./covered-tolerations.ts";

const tolerations = fc.array(
  fc
    .oneof(
      fc.record({ key: fc.constantFrom("", "a", "b"), operator: fc.constant("Exists") }),
      fc.record({ key: fc.constantFrom("a", "b"), operator: fc.constant("Equal"), value: fc.constantFrom("", "x") }),
    )
    .chain(
      (toleration): fc.Arbitrary<Toleration> =>
        fc.oneof(
          fc.constantFrom("", "NoSchedule", "NoExecute").map((effect) => ({ ...toleration, effect })),
          fc.nat(3).map((tolerationSeconds) => ({ ...toleration, effect: "NoExecute", tolerationSeconds })),
        ),
    ),
);

test("what is left is what no other covers, as if each were compared with each", () => {
  fc.assert(
    fc.property(tolerations, (all) => {
      const left = all.filter(
        (one, i) => !all.some((other, j) => i !== j && covers(other, one) && (j < i || !covers(one, other))),
      );
      expect(withoutCovered(all)).toEqual(left);
    }),
  );
});

test(
  "thousands of tolerations take a time that grows with their number only",
  inCpuTime(2000, () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => ({ key: `k${i}`, operator: "Exists" }));
    const values = keys.map((_, i) => ({ key: "k", value: `v${i}` }));
    const seconds = keys.map((_, i) => ({ key: "s", effect: "NoExecute", tolerationSeconds: i }));
    expect(withoutCovered([...keys, ...values, ...seconds])).toHaveLength(120_001);
  }),
);

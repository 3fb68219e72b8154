/** A RuntimeClass' tolerations and a pod's own in one list (pkg/util/tolerations). */
import type { Toleration } from "../../../api/generated/core.v1.ts";

/** Drops tolerations that another one covers; of equal ones the first stays. */
export function withoutCovered(all: readonly Toleration[]): Toleration[] {
  // What is alike but for its seconds is compared first, so that thousands are not compared pairwise.
  const widest = new Map<string, Toleration>();
  for (const one of all) {
    const held = widest.get(kindOf(one));
    if (!held || !covers(held, one)) widest.set(kindOf(one), one);
  }
  return all.filter((one) => {
    const wider = kindsAround(one).flatMap((kind) => widest.get(kind) ?? []);
    return widest.get(kindOf(one)) === one && !wider.some((other) => other !== one && covers(other, one));
  });
}

const kindOf = ({ key = "", operator = "Equal", value = "", effect = "" }: Toleration): string =>
  JSON.stringify([key, operator, operator === "Exists" ? "" : value, effect]);

/** Only tolerations of these kinds can cover this one. */
const kindsAround = (one: Toleration): string[] =>
  [one, { key: one.key ?? "", operator: "Exists" }, { operator: "Exists" }].flatMap((like) =>
    [one.effect ?? "", ""].map((effect) => kindOf({ ...like, effect })),
  );

export function covers(wide: Toleration, narrow: Toleration): boolean {
  const { key = "", operator = "Equal", effect = "", value = "", tolerationSeconds } = wide;
  if ((narrow.key ?? "") !== key && (key !== "" || operator !== "Exists")) return false;
  if ((narrow.effect ?? "") !== effect && effect !== "") return false;
  if (effect === "NoExecute" && tolerationSeconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > tolerationSeconds) return false;
  }
  if (operator === "Exists") return true;
  return (narrow.operator ?? "Equal") === operator && (narrow.value ?? "") === value;
}

/**
 * What a pod uses of a node: its containers and sidecars together, or its largest init container, or its pod-level
 * resources.
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import { nanosOf } from "./qos.ts";

/** By resource, in nanos. */
export function podAmounts({ spec }: Pod, part: "requests" | "limits"): ReadonlyMap<string, bigint> {
  const total = new Map<string, bigint>();
  const add = (into: Map<string, bigint>, amounts: Readonly<Record<string, string | number>> = {}) => {
    for (const [name, quantity] of Object.entries(amounts)) into.set(name, (into.get(name) ?? 0n) + nanosOf(quantity));
  };
  for (const { resources } of spec.containers) add(total, resources?.[part]);
  const sidecars = new Map<string, bigint>();
  const peak = new Map<string, bigint>();
  for (const { restartPolicy, resources } of spec.initContainers ?? []) {
    if (restartPolicy === "Always") add(sidecars, resources?.[part]);
    const now = new Map(sidecars);
    if (restartPolicy !== "Always") add(now, resources?.[part]);
    for (const [name, value] of now) if (value > (peak.get(name) ?? 0n)) peak.set(name, value);
  }
  for (const [name, value] of sidecars) total.set(name, (total.get(name) ?? 0n) + value);
  for (const [name, value] of peak) if (value > (total.get(name) ?? 0n)) total.set(name, value);
  for (const [name, quantity] of Object.entries(spec.resources?.[part] ?? {})) total.set(name, nanosOf(quantity));
  if (part === "requests") add(total, spec.overhead);
  return total;
}

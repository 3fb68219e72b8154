/** The columns of metrics: each resource's total, and the length of the window. */
import type { KubeObject } from "../../machinery/meta.ts";
import { addQuantities, formatQuantity, quantityOf } from "../../machinery/quantity.ts";
import type { Column } from "../resource.ts";

type Usage = Readonly<Record<string, string | number>>;

export function usageColumns<T extends KubeObject & { readonly window?: string }>(
  usagesOf: (metrics: T) => readonly Usage[],
): readonly Column<T>[] {
  const amount = (name: "cpu" | "memory"): Column<T> => ({
    name,
    type: "string",
    format: "quantity",
    description: "",
    of: (metrics) =>
      formatQuantity(
        usagesOf(metrics)
          .map((usage) => quantityOf(usage[name]))
          .reduce(addQuantities, quantityOf(name === "memory" ? "0Ki" : "0")),
      ),
  });
  return [
    amount("cpu"),
    amount("memory"),
    { name: "Window", type: "string", format: "duration", description: "", of: ({ window = "" }) => window },
  ];
}

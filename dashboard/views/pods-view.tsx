/** Pods, with their usage beside the printer columns. */
import { useMemo } from "preact/hooks";
import type { Kind } from "../api/kind.ts";
import type { Row } from "../live/table.ts";
import { namespace } from "../route.ts";
import { renderBytes, renderCpu } from "../summaries/resources.ts";
import type { Column } from "../table/column.ts";
import { UsageCell } from "../usage/usage-cell.tsx";
import type { UsageHistory } from "../usage/usage-history.ts";
import { useUsage } from "../usage/use-usage.ts";
import { ResourceList } from "./resource-list.tsx";

export function PodsView({ kind }: { readonly kind: Kind }) {
  const usage = useUsage("pods", namespace.value);
  const columns = useMemo(() => usageColumns(usage), [usage]);
  return <ResourceList kind={kind} columns={columns} />;
}

function usageColumns(usage: UsageHistory): Column<Row>[] {
  // Not shown if nothing is measured.
  if (usage.size === 0) return [];
  const samplesOf = ({ metadata }: Row) => usage.get(`${metadata.namespace}/${metadata.name}`);
  const column = (title: string, of: "cpu" | "memory", render: (value: number) => string): Column<Row> => ({
    title,
    width: of === "cpu" ? 14 : 17,
    cell: (row) => <UsageCell samples={samplesOf(row)} of={of} render={render} />,
    // Highest first.
    sortBy: (row) => -(samplesOf(row)?.at(-1)?.[of] ?? -1),
  });
  return [column("CPU", "cpu", renderCpu), column("Memory", "memory", renderBytes)];
}

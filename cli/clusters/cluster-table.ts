/** Named clusters as a table. Pure. */
import { tableOf } from "../table.ts";

export interface NamedCluster {
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly limits: Readonly<Record<string, number>>;
  /** Only if it was requested. */
  readonly usage?: Usage;
}

interface Usage {
  readonly objects: number;
  readonly bytes: number;
  /** Since the cluster was created; absent from older control planes. */
  readonly writes?: number;
}

const USED = ["OBJECTS", "SIZE", "WRITES"];

export function clusterTable(clusters: readonly NamedCluster[]): string {
  const used = clusters.some(({ usage }) => usage !== undefined);
  const head = ["NAME", "CREATED", ...(used ? USED : []), "LIMITS"];
  const rows = clusters.map((cluster) => [
    cluster.name,
    cluster.createdAt,
    ...(used ? cellsOf(cluster.usage) : []),
    limitsOf(cluster).join(",") || "<none>",
  ]);
  return tableOf([head, ...rows]);
}

export const limitsOf = ({ limits }: NamedCluster): string[] =>
  Object.entries(limits).map(([what, most]) => `${what}<=${most}`);

const cellsOf = (usage: Usage | undefined): string[] =>
  usage
    ? [String(usage.objects), sizeOf(usage.bytes), String(usage.writes ?? "<unknown>")]
    : USED.map(() => "<unknown>");

const UNITS = ["B", "kB", "MB", "GB"];

function sizeOf(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const amount = bytes / 1000 ** unit;
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

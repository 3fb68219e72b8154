/** The pods of a node in a short form of `kubectl get pods`. Pure. */
import type { Pod } from "../../api/generated/core.v1.ts";
import { tableOf } from "../table.ts";

const HEAD = ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "IP"];

function row({ metadata, status }: Pod): string[] {
  const containers = status.containerStatuses ?? [];
  const waiting = containers.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting?.reason;
  return [
    metadata.namespace ?? "",
    metadata.name ?? "",
    `${containers.filter(({ ready }) => ready).length}/${containers.length}`,
    metadata.deletionTimestamp === undefined ? (waiting ?? status.reason ?? status.phase ?? "Pending") : "Terminating",
    String(containers.reduce((sum, { restartCount }) => sum + restartCount, 0)),
    status.podIP ?? "<none>",
  ];
}

export function podTable(pods: readonly Pod[]): string {
  const rows = [HEAD, ...pods.map(row).sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1))];
  return tableOf(rows);
}

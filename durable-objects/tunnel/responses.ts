/** What a tunnel answers its client before bytes flow. */
import type { Status } from "../../api/machinery/status.ts";
import { ANSWERED_BY_POD, type NodeResponse } from "../../api/node/node-sync.ts";

export const statusResponse = (status: Status): Response => Response.json(status, { status: status.code ?? 500 });

/** The pod's own headers, marked as such. */
export function headersOf({ headers }: NonNullable<NodeResponse["http"]>): Headers {
  const found = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  found.set(ANSWERED_BY_POD, "yes");
  return found;
}

/**
 * ComponentStatus: read-only and not stored. The components are parts of this Worker, and healthy if it answers at all.
 */
import type { ComponentStatus } from "../../../api/generated/core.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { matches } from "../../../api/machinery/selectors/selector.ts";
import { notFound } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";
import { selectionOf } from "../request/list-options.ts";
import { renderListView, unstoredObject } from "../response/list-views.ts";
import { negotiate } from "../response/negotiate.ts";
import { renderView, VIEWS } from "../response/views.ts";

const COMPONENTS = ["controller-manager", "etcd-0", "scheduler"];

const statusOf = (name: string): KubeObject & ComponentStatus => ({
  kind: "ComponentStatus",
  apiVersion: "v1",
  metadata: { name },
  conditions: [{ type: "Healthy", status: "True", message: "ok" }],
});

export async function readComponentStatuses(context: RequestContext): Promise<Response> {
  const { path, query, served, request } = context;
  const accepted = negotiate(request, query, VIEWS);
  if (path.name !== "") {
    if (COMPONENTS.includes(path.name)) return renderView(context, statusOf(path.name), { accepted });
    throw new ApiError(notFound({ group: "", resource: "componentstatus" }, path.name));
  }
  const { requirements } = selectionOf(query, served);
  const selected = COMPONENTS.filter((name) =>
    matches(requirements, { labels: {}, fields: { "metadata.name": name } }),
  );
  return renderListView(context, selected.map(statusOf).map(unstoredObject), { metadata: {}, accepted });
}

/**
 * POST /sailplane/v1/nodes/NAME/leave: deletes the node's Node object and credential. The node has ended its pods
 * before; remaining ones are removed as for any deleted node.
 */
import type { Context } from "hono";
import { createApiClient } from "../../../client/api-client.ts";
import { ApiError } from "../../api-error.ts";
import { clusterBase } from "../../cluster.ts";
import { NODE_CREDENTIALS } from "../../policy/internal-resources.ts";
import type { Bindings } from "../bindings.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { requireNode } from "./node-link.ts";

export async function serveNodeLeave(c: Context<Bindings>): Promise<Response> {
  const cluster = c.get("cluster");
  const name = c.req.param("name") ?? "";
  await requireNode(c, name);
  const client = createApiClient({
    fetch: (request) => c.env.API.fetch(request),
    base: clusterBase(cluster),
    headers: () => ({}),
  });
  const deleted = await client.delete({ resource: "nodes", name });
  if (!deleted.ok && deleted.status.code !== 404) throw new ApiError(deleted.status);
  return withPolicy(c, async ({ store }) => {
    await store.commit([{ op: "delete", key: { resource: NODE_CREDENTIALS, namespace: "", name } }]);
    console.log(JSON.stringify({ level: "info", event: "leave", cluster, node: name }));
    return c.json({});
  });
}

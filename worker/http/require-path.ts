/** Paths that are no resources are authorized by themselves: `cannot get path "/metrics"`. */
import type { Context } from "hono";
import { noteDecision } from "../audit/audited-request.ts";
import { identify } from "../auth/identify.ts";
import { requirePermission } from "../auth/require-permission.ts";
import type { User } from "../auth/user.ts";
import { pathInCluster } from "../cluster.ts";
import { flowOf } from "../fairness/classify.ts";
import type { Bindings } from "./bindings.ts";
import { type Decided, withPolicy } from "./with-policy.ts";

export async function requirePath(c: Context<Bindings>, { policy, store }: Decided): Promise<User> {
  const request = c.req.raw;
  const path = pathInCluster(new URL(request.url).pathname);
  const user = await identify(request, { env: c.env, cluster: c.get("cluster"), policy, store, now: Date.now() });
  const attributes = { verb: request.method.toLowerCase(), path };
  c.set("flow", flowOf(policy, { user, attributes }));
  noteDecision(request, await requirePermission(user, attributes, { policy, store }));
  await store.confirm();
  return user;
}

type Serve = (c: Context<Bindings>) => Response | Promise<Response>;

/** Serves what needs no more of its user than the right to ask for the path. */
export const guarded =
  (serve: Serve) =>
  (c: Context<Bindings>): Promise<Response> =>
    withPolicy(c, async (at) => {
      await requirePath(c, at);
      return serve(c);
    });

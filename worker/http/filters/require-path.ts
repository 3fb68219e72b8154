/** Authorizes paths that are no resources by the path itself: `cannot get path "/metrics"`. */
import type { Context } from "hono";
import { noteDecision } from "../../audit/audited-request.ts";
import type { NonResourceAttributes } from "../../auth/attributes.ts";
import { requirePermission } from "../../auth/require-permission.ts";
import type { User } from "../../auth/user.ts";
import { pathInCluster } from "../../cluster.ts";
import { flowOf } from "../../fairness/classify.ts";
import type { Bindings } from "../bindings.ts";
import { identify } from "./identify.ts";
import { type Decided, withPolicy } from "./with-policy.ts";

/** The user who requests a path, and the attributes to authorize. */
export async function identifyForPath(
  c: Context<Bindings>,
  { policy, store }: Decided,
): Promise<{ user: User; attributes: NonResourceAttributes }> {
  const { url, method } = c.req.raw;
  const attributes = { verb: method.toLowerCase(), path: pathInCluster(new URL(url).pathname) };
  const at = { env: c.env, cluster: c.get("cluster"), policy, store, now: Date.now() };
  return { user: await identify(c.req.raw, attributes, at), attributes };
}

export async function requirePath(c: Context<Bindings>, { policy, store }: Decided): Promise<User> {
  const request = c.req.raw;
  const { user, attributes } = await identifyForPath(c, { policy, store });
  c.set("flow", flowOf(policy, { user, attributes }));
  noteDecision(request, await requirePermission(user, attributes, { policy, store }));
  await store.confirm();
  return user;
}

type Serve = (c: Context<Bindings>) => Response | Promise<Response>;

/** Serves a path that requires nothing but the right to it. */
export const guarded =
  (serve: Serve) =>
  (c: Context<Bindings>): Promise<Response> =>
    withPolicy(c, async (at) => {
      await requirePath(c, at);
      return serve(c);
    });

import type { Context } from "hono";
import { forbidden } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { MASTERS } from "../../auth/user.ts";
import type { Bindings } from "../bindings.ts";
import { identifyForPath } from "../filters/require-path.ts";
import type { Decided } from "../filters/with-policy.ts";

/** For what no role can allow. `resource`: what the user wants to change. */
export async function requireAdministrator(c: Context<Bindings>, at: Decided, resource: string): Promise<void> {
  const { user } = await identifyForPath(c, at);
  if (user.groups.includes(MASTERS)) return;
  const why = `User "${user.name}" is not in group ${MASTERS}`;
  throw new ApiError(forbidden({ group: "sailplane.dev", resource }, "", why));
}

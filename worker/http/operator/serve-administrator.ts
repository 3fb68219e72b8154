/**
 * POST /sailplane/v1/administrator: replaces this cluster's administrator token. The caller must be an administrator;
 * the old token is invalid from the answer on.
 */
import type { Context } from "hono";
import { forbidden } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { deployedDigest, newAdministratorToken } from "../../auth/credentials/administrator.ts";
import { sha256Hex } from "../../auth/credentials/secret.ts";
import { MASTERS } from "../../auth/user.ts";
import { changeSettings } from "../../clusters/change-settings.ts";
import type { Bindings } from "../bindings.ts";
import { identifyForPath } from "../filters/require-path.ts";
import { withPolicy } from "../filters/with-policy.ts";

export function serveAdministrator(c: Context<Bindings>): Promise<Response> {
  return withPolicy(c, async ({ policy, store }) => {
    const at = { env: c.env, cluster: c.get("cluster") };
    const { user } = await identifyForPath(c, { policy, store });
    if (!user.groups.includes(MASTERS)) {
      const why = `User "${user.name}" is not in group ${MASTERS}`;
      throw new ApiError(forbidden({ group: "sailplane.dev", resource: "administrators" }, "", why));
    }
    const token = newAdministratorToken();
    const sha256 = await sha256Hex(token);
    const supersedes = deployedDigest(at);
    const administrator = { sha256, ...(supersedes === undefined ? {} : { supersedes }) };
    await changeSettings(store, (settings) => ({ ...settings, administrator }));
    return c.json({ token }, 201);
  });
}

/**
 * POST /sailplane/v1/administrator: replaces this cluster's administrator token. The caller must be an administrator;
 * the old token is invalid from the answer on.
 */
import type { Context } from "hono";
import { deployedDigest, newAdministratorToken } from "../../auth/credentials/administrator.ts";
import { sha256Hex } from "../../auth/credentials/secret.ts";
import { changeSettings } from "../../clusters/change-settings.ts";
import type { Bindings } from "../bindings.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { requireAdministrator } from "./require-administrator.ts";

export function serveAdministrator(c: Context<Bindings>): Promise<Response> {
  return withPolicy(c, async ({ policy, store }) => {
    const at = { env: c.env, cluster: c.get("cluster") };
    await requireAdministrator(c, { policy, store }, "administrators");
    const token = newAdministratorToken();
    const sha256 = await sha256Hex(token);
    const supersedes = deployedDigest(at);
    const administrator = { sha256, ...(supersedes === undefined ? {} : { supersedes }) };
    await changeSettings(store, (settings) => ({ ...settings, administrator }));
    return c.json({ token }, 201);
  });
}

/** Who may get a node's credential. */
import { failure, type Status } from "../../../api/machinery/status.ts";
import { nodeNameOf } from "../node/node-identity.ts";
import { MASTERS, type User } from "../user.ts";
import type { NodeCredential } from "./node-credential.ts";

const BOOTSTRAPPERS = "system:bootstrappers";

/**
 * The refusal, or undefined. A bootstrap token can create new nodes, but not take over a live one: whoever steals it
 * gains a node of their own and no more. `known` is the existing credential of that name, if any.
 */
export function joinRefusal(
  user: User,
  nodeName: string,
  { known, now }: { readonly known: NodeCredential | undefined; readonly now: number },
): Status | undefined {
  if (user.groups.includes(MASTERS) || nodeNameOf(user) === nodeName) return undefined;
  if (!user.groups.includes(BOOTSTRAPPERS)) {
    return failure(403, "Forbidden", `user ${JSON.stringify(user.name)} may not join nodes`);
  }
  if (!known || Date.parse(known.expires) <= now) return undefined;
  const advice = "delete that Node first, or choose another name with --node-name";
  return failure(409, "AlreadyExists", `a node named ${nodeName} has joined already: ${advice}`);
}

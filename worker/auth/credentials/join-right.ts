/** Who may get a node's credential. */
import { failure, type Status } from "../../../api/machinery/status.ts";
import { nodeNameOf } from "../node/node-identity.ts";
import { MASTERS, type User } from "../user.ts";
import type { NodeCredential } from "./node-credential.ts";

const BOOTSTRAPPERS = "system:bootstrappers";
/** Every isolate keeps all credentials in memory. Kubernetes supports 5,000 nodes. */
const MAX_JOINED = 20_000;

interface Joined {
  /** The existing credential of that name, if any. */
  readonly known: NodeCredential | undefined;
  /** How many names have a credential. */
  readonly count: number;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * The refusal, or undefined. A bootstrap token can create new nodes, but not take over a live one: whoever steals it
 * gains a node of their own and no more.
 */
export function joinRefusal(user: User, nodeName: string, { known, count, now }: Joined): Status | undefined {
  if (user.groups.includes(MASTERS) || nodeNameOf(user) === nodeName) return undefined;
  if (!user.groups.includes(BOOTSTRAPPERS)) {
    return failure(403, "Forbidden", `user ${JSON.stringify(user.name)} may not join nodes`);
  }
  if (!known && count >= MAX_JOINED)
    return failure(403, "Forbidden", `${count} nodes have joined already: delete Nodes that are no longer there`);
  if (!known || Date.parse(known.expires) <= now) return undefined;
  const advice = "delete that Node first, or choose another name with --node-name";
  return failure(409, "AlreadyExists", `a node named ${nodeName} has joined already: ${advice}`);
}

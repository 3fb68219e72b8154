import type { User } from "../user.ts";

const NODES = "system:nodes";
const PREFIX = "system:node:";

/**
 * The name of the node that a user is; "" for a member of the group without a name. Undefined: not a node
 * (pkg/auth/nodeidentifier).
 */
export const nodeNameOf = ({ name, groups }: User): string | undefined =>
  name.startsWith(PREFIX) && groups.includes(NODES) ? name.slice(PREFIX.length) : undefined;

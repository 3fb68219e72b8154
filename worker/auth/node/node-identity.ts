import type { User } from "../user.ts";

const NODES = "system:nodes";
const PREFIX = "system:node:";

/** The node that a user is; "" for one of the group that has no name. Undefined: no node (pkg/auth/nodeidentifier). */
export const nodeNameOf = ({ name, groups }: User): string | undefined =>
  name.startsWith(PREFIX) && groups.includes(NODES) ? name.slice(PREFIX.length) : undefined;

/**
 * May this user do this? One decision function for requests, access reviews and impersonation
 * (docs/spec/authorization.md).
 */
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { ALLOWED, type Attributes, type Decision, isResource } from "./attributes.ts";
import { controlLoopMay } from "./control-loops.ts";
import { nodeDecision } from "./node/node-authorizer.ts";
import { rbacDecision } from "./rbac/rbac.ts";
import { MASTERS, type User } from "./user.ts";

export interface Authority {
  readonly policy: PolicySnapshot;
  /** Only used for nodes: which objects a node's pods refer to. */
  readonly store: ObjectStore;
}

export async function authorize(user: User, attributes: Attributes, { policy, store }: Authority): Promise<Decision> {
  if (user.groups.includes(MASTERS)) return ALLOWED;
  if (isResource(attributes) && controlLoopMay(user, attributes)) return ALLOWED;
  const byNode = await nodeDecision(user, attributes, store);
  if (byNode?.allowed) return byNode;
  const byRole = rbacDecision(user, attributes, policy);
  if (byRole.allowed || !byNode) return byRole;
  return { allowed: false, reason: [byNode.reason, byRole.reason].filter((reason) => reason !== "").join("\n") };
}

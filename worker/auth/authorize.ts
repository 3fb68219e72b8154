/** May this user do this? One decision function for requests and for access reviews. */
import type { PolicySnapshot } from "../policy/snapshot.ts";
import { controlLoopMay } from "./control-loops.ts";
import { nodeMay } from "./node-permissions.ts";
import { MASTERS, type User } from "./user.ts";

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface NonResourceAttributes {
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | NonResourceAttributes;

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

export function authorize(user: User, attributes: Attributes, _policy: PolicySnapshot): Decision {
  if (user.groups.includes(MASTERS)) return { allowed: true, reason: "" };
  if ("resource" in attributes && (controlLoopMay(user, attributes) || nodeMay(user, attributes)))
    return { allowed: true, reason: "" };
  return { allowed: false, reason: "" };
}

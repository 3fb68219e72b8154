/** What a container runtime can do beyond what all can, as it says itself. */

export interface HandlerFeatures {
  /** What is mounted below a read-only mount can be held read-only too. */
  readonly recursiveReadOnlyMounts: boolean;
  /** Pods can have users of their own, and volumes whose owners are these. */
  readonly userNamespaces: boolean;
}

export interface RuntimeFeatures {
  /** By name; "" is the default. None where the runtime does not say. */
  readonly handlers: ReadonlyMap<string, HandlerFeatures>;
  /** Processes can be held to the groups that their pod names; undefined: the runtime does not say. */
  readonly supplementalGroupsPolicy?: boolean;
}

/** Of a runtime that says nothing. */
export const NO_FEATURES: RuntimeFeatures = { handlers: new Map() };

/** Optional features of a container runtime, as it reports them. */

export interface HandlerFeatures {
  /** Mounts below a read-only mount can be made read-only, too. */
  readonly recursiveReadOnlyMounts: boolean;
  /** Pods can have user namespaces, with volumes mapped accordingly. */
  readonly userNamespaces: boolean;
}

export interface RuntimeFeatures {
  /** By name; "" is the default. Empty if the runtime does not report any. */
  readonly handlers: ReadonlyMap<string, HandlerFeatures>;
  /** Whether supplementalGroupsPolicy is supported; undefined: the runtime does not say. */
  readonly supplementalGroupsPolicy?: boolean;
}

/** For a runtime that reports nothing. */
export const NO_FEATURES: RuntimeFeatures = { handlers: new Map() };

import { builtIn, type Registry } from "../registry/registry.ts";
import type { PolicySnapshot } from "./snapshot.ts";

/** The registry of built-in kinds and of those that established CustomResourceDefinitions add. */
export const customResources = (_policy: PolicySnapshot): Registry => builtIn;

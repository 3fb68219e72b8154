/** The table of all built-in kinds. */
import { configMap } from "./core/config-map.ts";
import type { Resource } from "./resource.ts";

export const resources: readonly Resource[] = [configMap];

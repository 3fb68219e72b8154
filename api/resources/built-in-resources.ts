import { groupResource } from "../machinery/meta.ts";
import type { GroupResource } from "../store/store.ts";
import { resources } from "./index.ts";

/** What the store calls the objects of the built-in kinds. */
export const BUILT_IN_RESOURCES: ReadonlySet<GroupResource> = new Set(
  resources.map(({ group, plural }) => groupResource(group, plural)),
);

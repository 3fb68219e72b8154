/** Creation time columns, for kinds that do not end with Age. */

import type { KubeObject } from "../machinery/meta.ts";
import { ageOf } from "../machinery/time/duration.ts";
import type { Column } from "./resource.ts";

const CREATION = { field: "meta.v1.ObjectMeta.creationTimestamp" };

export const ageColumn: Column<KubeObject> = {
  name: "Age",
  type: "string",
  description: CREATION,
  of: ({ metadata }, age) => ageOf(metadata.creationTimestamp, age),
};

/** Go's zero time, for a missing timestamp. */
const ZERO_TIME = "0001-01-01T00:00:00Z";

/** The column that Kubernetes shows for a kind without a printer. */
export const createdAtColumn: Column<KubeObject> = {
  name: "Created At",
  type: "date",
  description: CREATION,
  of: ({ metadata }) => metadata.creationTimestamp ?? ZERO_TIME,
};

/** Columns about the time of an object's creation, for kinds that do not show Age last. */

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

/** What Go makes of a time that is not there. */
const ZERO_TIME = "0001-01-01T00:00:00Z";

/** What Kubernetes shows of a kind that has no printer. */
export const createdAtColumn: Column<KubeObject> = {
  name: "Created At",
  type: "date",
  description: CREATION,
  of: ({ metadata }) => metadata.creationTimestamp ?? ZERO_TIME,
};

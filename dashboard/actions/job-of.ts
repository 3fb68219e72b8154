import type { CronJob } from "../../api/generated/batch.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";

/** Leaves room for the suffixes of the Job and of its pods. */
const MAX_NAME_LENGTH = 52;

/** A Job from a CronJob's template, with the metadata that kubectl gives to manually created ones. */
export function jobOf({ metadata: { namespace, name, uid }, spec }: Stored<CronJob>): KubeObject {
  const template = spec.jobTemplate;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      generateName: `${name.slice(0, MAX_NAME_LENGTH)}-`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(template?.metadata?.labels ? { labels: template.metadata.labels } : {}),
      annotations: { "cronjob.kubernetes.io/instantiate": "manual", ...template?.metadata?.annotations },
      ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name, uid, controller: true }],
    },
    spec: template?.spec,
  } as KubeObject;
}

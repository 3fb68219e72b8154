import type { CSIDriver, TokenRequest } from "../../generated/storage.v1.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import { duplicate, type FieldError, invalid, notSupported } from "../../machinery/field-error.ts";
import { defineResource } from "../resource.ts";

export const csiDriver = defineResource<CSIDriver>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIDriver",
  plural: "csidrivers",
  scope: "Cluster",
  allowUnconditionalUpdate: false,
  defaults: ({ spec }) => {
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= "ReadWriteOnceWithFSType";
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ["Persistent"];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  validate: validateCSIDriver,
  validateUpdate: ({ spec }, { spec: old }) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, "spec.attachedRequired", spec.attachRequired, old.attachRequired);
    checkImmutable(errors, "spec.volumeLifecycleModes", spec.volumeLifecycleModes, old.volumeLifecycleModes);
    return errors;
  },
  columns: [
    {
      name: "AttachRequired",
      type: "boolean",
      description: { field: "storage.v1.CSIDriverSpec.attachRequired" },
      of: ({ spec }) => spec.attachRequired ?? true,
    },
    {
      name: "PodInfoOnMount",
      type: "boolean",
      description: { field: "storage.v1.CSIDriverSpec.podInfoOnMount" },
      of: ({ spec }) => spec.podInfoOnMount ?? false,
    },
    {
      name: "StorageCapacity",
      type: "boolean",
      description: { field: "storage.v1.CSIDriverSpec.storageCapacity" },
      of: ({ spec }) => spec.storageCapacity ?? false,
    },
    {
      name: "TokenRequests",
      type: "string",
      description: { field: "storage.v1.CSIDriverSpec.tokenRequests" },
      of: ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(",") ?? "<unset>",
    },
    {
      name: "RequiresRepublish",
      type: "boolean",
      description: { field: "storage.v1.CSIDriverSpec.requiresRepublish" },
      of: ({ spec }) => spec.requiresRepublish ?? false,
    },
    {
      name: "Modes",
      type: "string",
      description: { field: "storage.v1.CSIDriverSpec.volumeLifecycleModes" },
      of: ({ spec }) => spec.volumeLifecycleModes?.join(",") || "<none>",
    },
  ],
});

const FS_GROUP_POLICIES = ["File", "None", "ReadWriteOnceWithFSType"];
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const MIN_UPDATE_SECONDS = 10;

function validateCSIDriver({ spec }: CSIDriver): FieldError[] {
  const errors: FieldError[] = [];
  const { fsGroupPolicy, nodeAllocatableUpdatePeriodSeconds: period } = spec;
  if (fsGroupPolicy !== undefined && !FS_GROUP_POLICIES.includes(fsGroupPolicy))
    errors.push(notSupported("spec.fsGroupPolicy", fsGroupPolicy, FS_GROUP_POLICIES));
  checkTokenRequests(errors, "spec.tokenRequests", spec.tokenRequests);
  for (const mode of spec.volumeLifecycleModes ?? [])
    if (mode !== "Persistent" && mode !== "Ephemeral")
      errors.push(notSupported("spec.volumeLifecycleModes", mode, ["Persistent", "Ephemeral"]));
  if (period !== undefined && period < MIN_UPDATE_SECONDS)
    errors.push(
      invalid(
        "spec.nodeAllocatableUpdatePeriodSeconds",
        period,
        `must be greater than or equal to ${MIN_UPDATE_SECONDS} seconds`,
      ),
    );
  if (spec.serviceAccountTokenInSecrets !== undefined && !spec.tokenRequests?.length)
    errors.push(
      invalid(
        "spec.serviceAccountTokenInSecrets",
        spec.serviceAccountTokenInSecrets,
        "must be unset if tokenRequests is empty",
      ),
    );
  return errors;
}

function checkTokenRequests(errors: FieldError[], path: string, requests: readonly TokenRequest[] = []): void {
  requests.forEach(({ audience = "", expirationSeconds }, i) => {
    if (requests.findIndex((other) => (other.audience ?? "") === audience) < i)
      errors.push(duplicate(`${path}[${i}].audience`, audience));
    if (expirationSeconds === undefined) return;
    const at = `${path}[${i}].expirationSeconds`;
    if (expirationSeconds < MIN_TOKEN_SECONDS)
      errors.push(invalid(at, expirationSeconds, "may not specify a duration less than 10 minutes"));
    if (expirationSeconds > MAX_TOKEN_SECONDS)
      errors.push(invalid(at, expirationSeconds, "may not specify a duration larger than 2^32 seconds"));
  });
}

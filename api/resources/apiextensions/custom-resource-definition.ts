import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import { defineResource } from "../resource.ts";
import { createdAtColumn } from "../time-columns.ts";
import { CLEANUP_FINALIZER, setCondition } from "./conditions.ts";
import {
  validateDefinitionCreate,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from "./definition-validation.ts";
import { formatWarnings } from "./unrecognized-formats.ts";

export const customResourceDefinition = defineResource<CustomResourceDefinition>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
  anyFinalizer: true,
  updateChecks: ["metaChanges", "whole", "changes"],
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  generation: true,
  allowUnconditionalUpdate: false,
  defaults: (draft) => {
    const { spec } = draft;
    spec.names ??= { plural: "", kind: "" };
    const { names } = spec;
    if (!names.singular) names.singular = names.kind?.toLowerCase() ?? "";
    if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
    spec.conversion ??= { strategy: "None" };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service) service.port ??= 443;
    draft.status ??= {};
    if (!draft.status.storedVersions?.length) addStoredVersion(draft);
  },
  // A version at which objects may be stored stays listed until somebody has rewritten them.
  prepareCreate: (draft) => {
    draft.status = {};
    addStoredVersion(draft);
  },
  prepareUpdate: addStoredVersion,
  validateCreate: validateDefinitionCreate,
  validateUpdate: validateDefinitionUpdate,
  warnings: formatWarnings,
  withoutTable: ["status"],
  status: { validateUpdate: validateDefinitionStatus },
  // A definition is removed after its objects, by a controller.
  defaultPropagation: "Unsupported",
  isHeld: ({ metadata }) => metadata.deletionTimestamp === undefined,
  prepareDelete: (draft) => {
    const { metadata } = draft;
    if (!metadata.finalizers?.includes(CLEANUP_FINALIZER))
      metadata.finalizers = [...(metadata.finalizers ?? []), CLEANUP_FINALIZER];
    const message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    const condition = { type: "Terminating", status: "True", reason: "InstanceDeletionPending", message };
    setCondition(draft, condition, metadata.deletionTimestamp ?? "");
  },
  columns: [createdAtColumn],
  age: false,
});

function addStoredVersion({ spec, status }: CustomResourceDefinition): void {
  const stored = spec.versions?.find(({ storage }) => storage)?.name;
  if (stored !== undefined && !status.storedVersions?.includes(stored))
    status.storedVersions = [...(status.storedVersions ?? []), stored];
}

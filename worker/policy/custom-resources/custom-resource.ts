/** One version of a CustomResourceDefinition as a Resource value, like any kind. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from "../../../api/generated/apiextensions.v1.ts";
import { membersOf } from "../../../api/machinery/json/json-object.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { setDefaults } from "../../../api/machinery/structural/defaults.ts";
import type { Schema } from "../../../api/machinery/structural/json-walk.ts";
import { ALL_VERBS, type Resource } from "../../../api/resources/resource.ts";
import { ObjectTooLarge } from "../../api-error.ts";
import { customColumns } from "./custom-columns.ts";
import { customFields } from "./custom-fields.ts";
import { customScale } from "./custom-scale.ts";
import { CustomValidation } from "./custom-validation.ts";
import { finalizerWarnings } from "./finalizer-warnings.ts";

const NO_SCHEMA: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

export const schemaOf = ({ schema }: CustomResourceDefinitionVersion): Schema => schema?.openAPIV3Schema ?? NO_SCHEMA;

type Untyped = KubeObject & { status?: unknown };

export function customResource(
  { metadata, spec, status: { acceptedNames } }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): Resource {
  const names = acceptedNames?.plural ? acceptedNames : spec.names;
  const { status, scale } = version.subresources ?? {};
  const schema = schemaOf(version);
  const rules = new CustomValidation({ group: spec.group, version: version.name, kind: names.kind, schema, scale });
  return {
    group: spec.group,
    version: version.name,
    kind: names.kind,
    ...(names.listKind ? { listKind: names.listKind } : {}),
    plural: names.plural,
    ...(names.singular ? { singular: names.singular } : {}),
    scope: spec.scope === "Cluster" ? "Cluster" : "Namespaced",
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    // A terminating definition accepts no new objects.
    verbs: metadata.deletionTimestamp ? ALL_VERBS.filter((verb) => verb !== "create") : ALL_VERBS,
    structuralSchema: schema,
    structuralSchemas: Object.fromEntries(
      spec.versions.map((each) => [apiVersionOf(spec.group, each.name), schemaOf(each)]),
    ),
    ...storedAt(spec),
    updateChecks: ["metaChanges", "whole", "changes"],
    generation: true,
    generationOf: ({ metadata: _, kind: __, apiVersion: ___, ...rest }) => rest,
    allowUnconditionalUpdate: false,
    deleteReturnsObject: false,
    defaults: (draft) => setAll(draft, schema),
    prepareCreate: (draft) => {
      if (!status) return;
      delete (draft as Untyped).status;
      // When read again, an object stored without a status gets its schema's default.
      setAll(draft, schema);
    },
    validateCreate: (object) => rules.create(object),
    validateUpdate: (next, old) => rules.update(next, old),
    warnings: finalizerWarnings,
    ratcheted: (object) => rules.ratcheted(object),
    ...(status
      ? {
          status: {
            retainsMetadata: "all",
            prepareUpdate: takeStatus,
            validateUpdate: (next, old) => rules.status(next, old),
          },
        }
      : {}),
    ...(scale ? { scale: customScale(scale, spec) } : {}),
    fields: customFields(version.selectableFields),
    columns: customColumns(version.additionalPrinterColumns),
    age: false,
  };
}

function storedAt({ versions }: CustomResourceDefinitionSpec): Pick<Resource, "storageVersion"> {
  const stored = versions.find(({ storage }) => storage);
  return stored?.served ? { storageVersion: stored.name } : {};
}

function setAll(draft: KubeObject, schema: Schema): void {
  if (!setDefaults(membersOf(draft), schema)) throw new ObjectTooLarge();
}

/** Through /status nothing changes but the status and managedFields. */
function takeStatus(next: Untyped, old: Untyped): void {
  const { managedFields, resourceVersion } = next.metadata;
  next.metadata = structuredClone(old.metadata);
  if (managedFields) next.metadata.managedFields = managedFields;
  if (resourceVersion) next.metadata.resourceVersion = resourceVersion;
}

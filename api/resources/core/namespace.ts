import type { Namespace } from "../../generated/core.v1.ts";
import { type FieldError, invalid, invalidTyped } from "../../machinery/field-error.ts";
import { nameIsLabel, qualifiedName } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";

export const namespace = defineResource<Namespace>({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  scope: "Cluster",
  shortNames: ["ns"],
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  validateName: nameIsLabel,
  deleteReturnsObject: true,
  // The namespace controller empties a namespace and then removes its finalizer.
  // Even one without finalizers is first marked, and gone with the next deletion or update.
  isHeld: ({ metadata, spec }) => metadata.deletionTimestamp === undefined || (spec.finalizers ?? []).length > 0,
  prepareDelete: (draft) => {
    draft.status.phase = "Terminating";
  },
  defaults: (draft) => {
    // For a generated name, the label is set in prepareCreate, when the name is known.
    if (draft.metadata.name) draft.metadata.labels = { ...draft.metadata.labels, [NAME_LABEL]: draft.metadata.name };
    draft.status.phase ??= "Active";
  },
  prepareCreate: (draft) => {
    draft.status = { phase: "Active" };
    const finalizers = draft.spec.finalizers ?? [];
    draft.spec.finalizers = finalizers.includes("kubernetes") ? finalizers : [...finalizers, "kubernetes"];
    if (draft.metadata.name) draft.metadata.labels = { ...draft.metadata.labels, [NAME_LABEL]: draft.metadata.name };
  },
  // spec.finalizers only change through the finalize subresource.
  prepareUpdate: (draft, old) => {
    draft.spec.finalizers = old.spec.finalizers ?? [];
    draft.status = old.status;
  },
  validate: ({ spec }) =>
    (spec.finalizers ?? []).flatMap((name) => validateNamespaceFinalizer(name, "spec.finalizers")),
  status: {
    validateUpdate: ({ metadata, status }) => {
      const phase = metadata.deletionTimestamp ? "Terminating" : "Active";
      const rule = `may only be '${phase}' if \`deletionTimestamp\` is ${metadata.deletionTimestamp ? "not empty" : "empty"}`;
      return status.phase === phase ? [] : [invalidTyped("status.Phase", status.phase ?? "", rule)];
    },
    prepareUpdate: (next, old) => {
      next.spec = old.spec;
    },
  },
  subresources: {
    finalize: {
      verbs: ["update"],
      prepareUpdate: (next, old) => {
        next.status = old.status;
      },
      validateUpdate: ({ spec }) =>
        (spec.finalizers ?? []).flatMap((name, i) => validateNamespaceFinalizer(name, `spec.finalizers[${i}]`)),
    },
  },
  fields: { "status.phase": ({ status }) => status.phase ?? "" },
  columns: [
    {
      name: "Status",
      type: "string",
      description: "The status of the namespace",
      of: ({ status }) => status.phase ?? "",
    },
  ],
});

function validateNamespaceFinalizer(name: string, path: string): FieldError[] {
  const errors = qualifiedName(name).map((problem) => invalid(path, name, problem));
  if (!name.includes("/") && !["kubernetes", "foregroundDeletion", "orphan"].includes(name))
    errors.push(invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified"));
  return errors;
}

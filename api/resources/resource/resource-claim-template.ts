import type { ResourceClaimTemplate } from "../../generated/resource.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { invalid } from "../../machinery/field-error.ts";
import { validateTemplateMeta } from "../core/template-meta-validation.ts";
import { internalForm } from "../internal-form.ts";
import { defineResource } from "../resource.ts";
import { defaultClaimSpec } from "./device-request-defaults.ts";
import { validateClaimSpec } from "./resource-claim-validation.ts";

export const resourceClaimTemplate = defineResource<ResourceClaimTemplate>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceClaimTemplate",
  plural: "resourceclaimtemplates",
  scope: "Namespaced",
  deleteReturnsObject: true,
  defaults: ({ spec }) => {
    spec.spec ??= {};
    defaultClaimSpec(spec.spec);
  },
  validate: ({ spec }) => [
    ...validateTemplateMeta(spec.metadata, "spec.metadata"),
    ...validateClaimSpec(spec.spec, "spec.spec"),
  ],
  validateUpdate: ({ spec }, old) => {
    if (sameValue(spec, old.spec)) return [];
    return [invalid("spec", internalForm("resource.v1.ResourceClaimTemplateSpec", spec), "field is immutable")];
  },
  columns: [],
});

import type { IngressClass, IngressClassParametersReference } from "../../generated/networking.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import {
  type FieldError,
  forbidden,
  invalid,
  notSupportedText,
  required,
  tooLong,
} from "../../machinery/field-error.ts";
import { dnsLabel } from "../../machinery/names.ts";
import { domainPrefixedPath } from "../../machinery/network/domain-path.ts";
import { nameColumn, withDefaultMark } from "../default-class-column.ts";
import { defineResource } from "../resource.ts";
import { checkResourceReference } from "./ingress-validation.ts";

const MAX_CONTROLLER = 250;

export const ingressClass = defineResource<IngressClass>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IngressClass",
  plural: "ingressclasses",
  scope: "Cluster",
  updateChecks: ["metaChanges", "changes", "meta", "whole"],
  generation: true,
  defaults: ({ spec }) => {
    if (spec.parameters) spec.parameters.scope ??= "Cluster";
  },
  validate: ({ spec: { controller = "", parameters } }) => {
    const errors: FieldError[] = [];
    if (utf8Length(controller) > MAX_CONTROLLER) errors.push(tooLong("spec.controller", MAX_CONTROLLER));
    errors.push(...domainPrefixedPath(controller, "spec.controller"));
    if (parameters) checkParameters(errors, "spec.parameters", parameters);
    return errors;
  },
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, "spec.controller", next.spec.controller ?? "", old.spec.controller ?? "");
    return errors;
  },
  name: false,
  columns: [
    nameColumn((object) => withDefaultMark(object, ["ingressclass.kubernetes.io/is-default-class"])),
    {
      name: "Controller",
      type: "string",
      description: "Controller that is responsible for handling this class",
      of: ({ spec }) => spec.controller ?? "",
    },
    {
      name: "Parameters",
      type: "string",
      description: "A reference to a resource with additional parameters",
      of: ({ spec: { parameters } }) => {
        if (!parameters) return "<none>";
        const { kind, apiGroup, name } = parameters;
        return `${kind}${apiGroup === undefined ? "" : `.${apiGroup}`}/${name}`;
      },
    },
  ],
});

function checkParameters(errors: FieldError[], path: string, parameters: IngressClassParametersReference): void {
  checkResourceReference(errors, path, parameters);
  const { scope, namespace } = parameters;
  if (scope === undefined) errors.push(required(`${path}.scope`));
  else if (scope === "Namespace") {
    if (namespace === undefined) errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else for (const problem of dnsLabel(namespace)) errors.push(invalid(`${path}.namespace`, namespace, problem));
  } else if (scope === "Cluster") {
    if (namespace !== undefined) errors.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  } else errors.push(notSupportedText(`${path}.scope`, scope, ["Cluster", "Namespace"]));
}

import type { ControllerRevision } from "../../generated/apps.v1.ts";
import { checkImmutable, checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, required } from "../../machinery/field-error.ts";
import { defineResource } from "../resource.ts";

export const controllerRevision = defineResource<ControllerRevision>({
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "meta", "whole", "changes"],
  validateCreate: ({ data }) => {
    if (data === undefined || data === null) return [required("data", "data is mandatory")];
    return typeof data !== "object" || Array.isArray(data)
      ? [required("data", "data must be a valid JSON object")]
      : [];
  },
  validate: ({ revision }) => {
    const errors: FieldError[] = [];
    checkNonNegative(errors, "revision", revision);
    return errors;
  },
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, "data", next.data, old.data);
    return errors;
  },
  columns: [
    {
      name: "Controller",
      type: "string",
      description: "Controller of the object",
      of: ({ metadata }) => {
        const controller = metadata.ownerReferences?.find((owner) => owner.controller);
        return controller ? printedController(controller) : "<none>";
      },
    },
    {
      name: "Revision",
      type: "string",
      description: "Revision indicates the revision of the state represented by Data.",
      of: ({ revision }) => revision,
    },
  ],
});

/** `daemonset.apps/web`, as kubectl names an object. */
const printedController = ({ apiVersion, kind, name }: { apiVersion: string; kind: string; name: string }) => {
  const group = apiVersion.includes("/") ? `.${apiVersion.slice(0, apiVersion.indexOf("/"))}` : "";
  return `${kind.toLowerCase()}${group}/${name}`;
};

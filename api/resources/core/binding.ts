import type { Binding } from "../../generated/core.v1.ts";
import { type FieldError, notSupportedText, required } from "../../machinery/field-error.ts";
import { defineResource } from "../resource.ts";

/** Not stored: creating one sets the node of a pod, like the pod's `binding` subresource. */
export const binding = defineResource<Binding>({
  group: "",
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  scope: "Namespaced",
  verbs: ["create"],
  validate: validateBinding,
});

export function validateBinding({ target }: Binding): FieldError[] {
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== "Node")
    errors.push(notSupportedText("target.kind", target.kind, ["Node", "<empty>"]));
  if (!target?.name) errors.push(required("target.name"));
  return errors;
}

/** Kubernetes' own groups: who defines resources in them says where that was approved, or that it was not. */
import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";

const ANNOTATION = "api-approved.kubernetes.io";
const PATH = `metadata.annotations[${ANNOTATION}]`;
const SEE = "see https://github.com/kubernetes/enhancements/pull/1111";

type Approval = "approved" | "bypassed" | "invalid" | "missing";

export function validateApproval(next: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(next.spec.group ?? "")) return [];
  const approval = approvalOf(next);
  if (old && approvalOf(old) === approval) return [];
  const must = `protected groups must have approval annotation "${ANNOTATION}"`;
  if (approval === "missing") return [required(PATH, `${must}, ${SEE}`)];
  if (approval === "invalid")
    return [invalid(PATH, textOf(next), `${must} with either a URL or a reason starting with "unapproved", ${SEE}`)];
  return [];
}

const textOf = ({ metadata }: CustomResourceDefinition): string => metadata.annotations?.[ANNOTATION] ?? "";

function approvalOf(definition: CustomResourceDefinition): Approval {
  const text = textOf(definition);
  if (text === "") return "missing";
  if (text.startsWith("unapproved")) return "bypassed";
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]+/.test(text) ? "approved" : "invalid";
}

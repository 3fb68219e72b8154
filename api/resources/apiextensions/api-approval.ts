/** For Kubernetes' own groups, a definition must state where its API was approved, or that it was not. */
import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { setCondition } from "./conditions.ts";

const ANNOTATION = "api-approved.kubernetes.io";
const PATH = `metadata.annotations[${ANNOTATION}]`;
const SEE = "see https://github.com/kubernetes/enhancements/pull/1111";

type Approval = "approved" | "bypassed" | "invalid" | "missing";

const MUST = `protected groups must have approval annotation "${ANNOTATION}"`;
const MISSING = `${MUST}, ${SEE}`;
const INVALID = `${MUST} with either a URL or a reason starting with "unapproved", ${SEE}`;

const isProtected = ({ spec }: CustomResourceDefinition): boolean =>
  /(^|\.)(k8s|kubernetes)\.io$/.test(spec.group ?? "");

export function validateApproval(next: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  if (!isProtected(next)) return [];
  const approval = approvalOf(next);
  if (old && approvalOf(old) === approval) return [];
  if (approval === "missing") return [required(PATH, MISSING)];
  if (approval === "invalid") return [invalid(PATH, textOf(next), INVALID)];
  return [];
}

/** Sets the draft's condition about it, which only definitions in these groups have. */
export function setApprovalCondition(draft: CustomResourceDefinition, time: string): void {
  if (!isProtected(draft)) return;
  const state = {
    approved: { status: "True", reason: "ApprovedAnnotation", message: `approved in ${textOf(draft)}` },
    bypassed: {
      status: "False",
      reason: "UnapprovedAnnotation",
      message: `not approved: ${JSON.stringify(textOf(draft))}`,
    },
    invalid: { status: "False", reason: "InvalidAnnotation", message: INVALID },
    missing: { status: "False", reason: "MissingAnnotation", message: MISSING },
  }[approvalOf(draft)];
  setCondition(draft, { type: "KubernetesAPIApprovalPolicyConformant", ...state }, time);
}

const textOf = ({ metadata }: CustomResourceDefinition): string => metadata.annotations?.[ANNOTATION] ?? "";

function approvalOf(definition: CustomResourceDefinition): Approval {
  const text = textOf(definition);
  if (text === "") return "missing";
  if (text.startsWith("unapproved")) return "bypassed";
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]+/.test(text) ? "approved" : "invalid";
}

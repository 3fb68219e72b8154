import type { Ingress } from "../../generated/networking.v1.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";

/** How an ingress named its class before `ingressClassName`. */
const ANNOTATION = "kubernetes.io/ingress.class";

export function validateIngressClassAnnotation({ metadata, spec }: Ingress): FieldError[] {
  const annotated = metadata.annotations?.[ANNOTATION];
  if (annotated === undefined || spec.ingressClassName === undefined || annotated === spec.ingressClassName) return [];
  return [invalid(`annotations.${ANNOTATION}`, annotated, "must match `ingressClassName` when both are specified")];
}

export const ingressWarnings = ({ metadata }: Ingress, old?: Ingress): string[] =>
  !old && metadata.annotations?.[ANNOTATION] !== undefined
    ? [`annotation "${ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
    : [];

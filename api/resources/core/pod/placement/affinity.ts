import type { Affinity, PodAffinity, PodAffinityTerm } from "../../../../generated/core.v1.ts";
import { type FieldError, invalid, required } from "../../../../machinery/field-error.ts";
import { validateLabelName, validateLabelSelector } from "../../../../machinery/labels-validation.ts";
import { dnsLabel } from "../../../../machinery/names.ts";
import { validateNodeSelector, validatePreferredTerms } from "../../node-selector.ts";
import { validateKeyTwice, validateLabelKeys } from "./label-keys-validation.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

export function validateAffinity(affinity: Affinity, path: string, errors: FieldError[]): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity?.[REQUIRED])
    validateNodeSelector(nodeAffinity[REQUIRED], `${path}.nodeAffinity.${REQUIRED}`, errors);
  if (nodeAffinity?.[PREFERRED])
    validatePreferredTerms(nodeAffinity[PREFERRED], `${path}.nodeAffinity.${PREFERRED}`, errors);
  if (podAffinity) validatePodAffinity(podAffinity, `${path}.podAffinity`, errors);
  if (podAntiAffinity) validatePodAffinity(podAntiAffinity, `${path}.podAntiAffinity`, errors);
}

/** Affinity and anti-affinity have the same shape. */
function validatePodAffinity(affinity: PodAffinity, path: string, errors: FieldError[]): void {
  affinity[REQUIRED]?.forEach((term, i) => {
    validateTerm(term, `${path}.${REQUIRED}[${i}]`, errors);
  });
  affinity[PREFERRED]?.forEach(({ weight, podAffinityTerm }, i) => {
    const at = `${path}.${PREFERRED}[${i}]`;
    if (!(weight >= 1 && weight <= 100))
      errors.push(invalid(`${at}.weight`, weight ?? 0, "must be in the range 1-100"));
    validateTerm(podAffinityTerm ?? { topologyKey: "" }, `${at}.podAffinityTerm`, errors);
  });
}

function validateTerm(term: PodAffinityTerm, path: string, errors: FieldError[]): void {
  const { labelSelector, namespaceSelector, namespaces, topologyKey = "", matchLabelKeys = [] } = term;
  errors.push(...validateLabelSelector(labelSelector, `${path}.labelSelector`));
  errors.push(...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`));
  for (const name of namespaces ?? [])
    for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.namespace`, name, problem));
  const mismatch = term.mismatchLabelKeys ?? [];
  const mismatching = new Set(mismatch);
  validateLabelKeys(matchLabelKeys, `${path}.matchLabelKeys`, { labelSelector, errors });
  validateLabelKeys(mismatch, `${path}.mismatchLabelKeys`, { labelSelector, errors });
  validateKeyTwice(matchLabelKeys, path, { labelSelector, errors });
  matchLabelKeys.forEach((key, i) => {
    if (mismatching.has(key))
      errors.push(invalid(`${path}.matchLabelKeys[${i}]`, key, "exists in both matchLabelKeys and mismatchLabelKeys"));
  });
  if (!topologyKey) errors.push(required(`${path}.topologyKey`, "can not be empty"));
  errors.push(...validateLabelName(topologyKey, `${path}.topologyKey`));
}

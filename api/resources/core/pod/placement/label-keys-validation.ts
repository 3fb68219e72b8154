/** Label keys whose values a pod adds to its own selectors: `matchLabelKeys` and `mismatchLabelKeys`. */
import type { LabelSelector } from "../../../../generated/meta.v1.ts";
import { type FieldError, forbidden, invalid } from "../../../../machinery/field-error.ts";
import { validateLabelName } from "../../../../machinery/labels-validation.ts";

interface WithSelector {
  readonly labelSelector: LabelSelector | undefined;
  readonly errors: FieldError[];
}

export function validateLabelKeys(
  keys: readonly string[],
  path: string,
  { labelSelector, errors }: WithSelector,
): void {
  if (keys.length === 0) return;
  if (!labelSelector) return void errors.push(forbidden(path, "must not be specified when labelSelector is not set"));
  keys.forEach((key, i) => {
    errors.push(...validateLabelName(key, `${path}[${i}]`));
  });
}

/**
 * The selector already contains what `matchLabelKeys` added, so a key is only duplicated if the user did so. Kubernetes
 * 1.36 indexes what has the keys, not the keys.
 */
export function validateKeyTwice(keys: readonly string[], path: string, { labelSelector, errors }: WithSelector): void {
  if (keys.length === 0 || !labelSelector) return;
  const last = new Map(keys.map((key, i) => [key, i]));
  const seen = new Set(Object.keys(labelSelector.matchLabels ?? {}));
  for (const { key } of labelSelector.matchExpressions ?? []) {
    const index = last.get(key);
    if (index !== undefined && seen.has(key))
      errors.push(invalid(`${path}[${index}]`, key, "exists in both matchLabelKeys and labelSelector"));
    seen.add(key);
  }
}

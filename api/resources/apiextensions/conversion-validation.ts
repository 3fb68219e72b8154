/** How a definition's objects are converted between its versions. */
import type { CustomResourceConversion } from "../../generated/apiextensions.v1.ts";
import { type FieldError, forbidden, invalid, notSupportedText, required } from "../../machinery/field-error.ts";
import { dns1035Label } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { checkClientConfig } from "../admissionregistration/client-config-validation.ts";

const REVIEW_VERSIONS = ["v1", "v1beta1"];

/** Kubernetes uses the field names of the first API version. */
export function checkConversion(
  errors: FieldError[],
  path: string,
  conversion: CustomResourceConversion | undefined,
): void {
  if (!conversion) return;
  const { strategy = "", webhook } = conversion;
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy === "") errors.push(required(`${path}.strategy`));
  else if (strategy !== "None" && strategy !== "Webhook")
    errors.push(notSupportedText(`${path}.strategy`, strategy, ["None", "Webhook"]));
  if (strategy !== "Webhook") {
    const never = "should not be set when strategy is not set to Webhook";
    if (webhook?.clientConfig) errors.push(forbidden(`${path}.webhookClientConfig`, never));
    if (versions.length > 0) errors.push(forbidden(`${path}.conversionReviewVersions`, never));
    return;
  }
  if (webhook?.clientConfig) checkClientConfig(errors, `${path}.webhookClientConfig`, webhook.clientConfig);
  else errors.push(required(`${path}.webhookClientConfig`, "required when strategy is set to Webhook"));
  const at = `${path}.conversionReviewVersions`;
  if (versions.length === 0) {
    errors.push(required(at));
    return;
  }
  const again = repeated(versions);
  versions.forEach((version, i) => {
    if (again.has(i)) errors.push(invalid(`${at}[${i}]`, version, "duplicate version"));
    else for (const problem of dns1035Label(version)) errors.push(invalid(`${at}[${i}]`, version, problem));
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalid(at, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
}

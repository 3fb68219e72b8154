/**
 * Establishes a CustomResourceDefinition in the commit that writes it, so that its kind is served from then on, and
 * reports whether its API was approved if that is required. No other definition can take its names meanwhile: the
 * commit is refused if policy has changed since the decision.
 */
import type { CustomResourceDefinition } from "../../../api/generated/apiextensions.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { acceptNames } from "../../../api/resources/apiextensions/accepted-names.ts";
import { setApprovalCondition } from "../../../api/resources/apiextensions/api-approval.ts";
import { DEFINITIONS } from "../../policy/custom-resources.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const customResourceNames: AdmissionPlugin = {
  name: "CustomResourceNames",
  handles: ({ context, operation }) =>
    (operation === "CREATE" || operation === "UPDATE") &&
    context.served.group === "apiextensions.k8s.io" &&
    context.served.resource.plural === "customresourcedefinitions",
  allocate({ object, context, dryRun }) {
    // For a dry run, Kubernetes answers before its controllers have seen the object.
    if (!object || dryRun || object.metadata.deletionTimestamp) return;
    const draft = object as CustomResourceDefinition;
    setApprovalCondition(draft, timestamp(context.now));
    acceptNames(draft, context.policy.list<CustomResourceDefinition>(DEFINITIONS), timestamp(context.now));
  },
};

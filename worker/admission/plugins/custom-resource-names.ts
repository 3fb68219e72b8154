/**
 * Establishes a CustomResourceDefinition in the commit that writes it, so that its kind is served from then on, and says
 * whether its API was approved where that must be. Other
 * definitions cannot take its names meanwhile: the commit is refused when policy has changed since it was decided.
 */
import type { CustomResourceDefinition } from "../../../api/generated/apiextensions.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { acceptNames } from "../../../api/resources/apiextensions/accepted-names.ts";
import { tellApproval } from "../../../api/resources/apiextensions/api-approval.ts";
import { DEFINITIONS } from "../../policy/custom-resources.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const customResourceNames: AdmissionPlugin = {
  name: "CustomResourceNames",
  handles: ({ context, operation }) =>
    (operation === "CREATE" || operation === "UPDATE") &&
    context.served.group === "apiextensions.k8s.io" &&
    context.served.resource.plural === "customresourcedefinitions",
  allocate({ object, context, dryRun }) {
    // Kubernetes answers a trial before its controllers have looked at it.
    if (!object || dryRun || object.metadata.deletionTimestamp) return;
    const draft = object as CustomResourceDefinition;
    tellApproval(draft, timestamp(context.now));
    acceptNames(draft, context.policy.list<CustomResourceDefinition>(DEFINITIONS), timestamp(context.now));
  },
};

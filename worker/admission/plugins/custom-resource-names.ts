import { timestamp } from "../../../api/machinery/time/time.ts";
import { acceptNames } from "../../../api/resources/apiextensions/accepted-names.ts";
import { setApprovalCondition } from "../../../api/resources/apiextensions/api-approval.ts";
import { DEFINITIONS } from "../../policy/custom-resources.ts";
import { trackServerStatus } from "../managed-fields.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const DEFINITION = { group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions" };

export const customResourceNames = defineResourcePlugin({
  name: "CustomResourceNames",
  resources: ["customresourcedefinitions.apiextensions.k8s.io"],
  handles: ["CREATE", "UPDATE", "UPDATE status"],
  allocate({ object, context, dryRun }) {
    // For a dry run, Kubernetes answers before its controllers have seen the object.
    if (dryRun || object.metadata.deletionTimestamp) return;
    const old = { ...object, metadata: { ...object.metadata }, status: structuredClone(object.status) };
    setApprovalCondition(object, timestamp(context.now));
    acceptNames(object, context.policy.list(DEFINITIONS), timestamp(context.now));
    trackServerStatus(context, DEFINITION, { old, next: object });
  },
});

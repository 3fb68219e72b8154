/** What all kinds of this group share. */
export const registration = {
  group: "admissionregistration.k8s.io",
  version: "v1",
  scope: "Cluster",
  updateChecks: ["meta", "whole", "changes"],
  anyFinalizer: true,
  categories: ["api-extensions"],
  generation: true,
  allowUnconditionalUpdate: false,
} as const;

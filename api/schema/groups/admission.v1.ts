import type { SchemaSource } from "../idl.ts";

export const admissionV1: SchemaSource = {
  name: "admission.v1",
  group: "admission.k8s.io",
  version: "v1",
  package: "io.k8s.api.admission.v1",
  types: `
AdmissionRequest
  1 uid string always go=types.UID
  2 kind meta.v1.GroupVersionKind always
  3 resource meta.v1.GroupVersionResource always
  4 subResource string
  13 requestKind *meta.v1.GroupVersionKind
  14 requestResource *meta.v1.GroupVersionResource
  15 requestSubResource string
  5 name string
  6 namespace string
  7 operation string always go=v1.Operation
  8 userInfo authentication.v1.UserInfo always
  9 object RawExtension
  10 oldObject RawExtension
  11 dryRun *bool
  12 options RawExtension
AdmissionResponse
  1 uid string always go=types.UID
  2 allowed bool always
  3 status *meta.v1.Status
  4 patch bytes
  5 patchType *string go=v1.PatchType
  6 auditAnnotations map[]string
  7 warnings []string
AdmissionReview
  1 request *AdmissionRequest
  2 response *AdmissionResponse
`,
};

import type { SchemaSource } from "../idl.ts";

export const authenticationV1: SchemaSource = {
  name: "authentication.v1",
  group: "authentication.k8s.io",
  version: "v1",
  package: "io.k8s.api.authentication.v1",
  types: `
BoundObjectReference
  1 kind string
  2 apiVersion string
  3 name string
  4 uid string go=types.UID
SelfSubjectReview kind
  1 metadata meta.v1.ObjectMeta
  2 status SelfSubjectReviewStatus
SelfSubjectReviewStatus
  1 userInfo UserInfo
TokenRequest kind
  1 metadata meta.v1.ObjectMeta
  2 spec TokenRequestSpec always
  3 status TokenRequestStatus
TokenRequestSpec
  1 audiences []string always list=atomic
  4 expirationSeconds *int64 always
  3 boundObjectRef *BoundObjectReference always
TokenRequestStatus
  1 token string always
  2 expirationTimestamp Time always
TokenReview kind
  1 metadata meta.v1.ObjectMeta
  2 spec TokenReviewSpec required
  3 status TokenReviewStatus
TokenReviewSpec
  1 token string required omitempty
  2 audiences []string list=atomic
TokenReviewStatus
  1 authenticated bool
  2 user UserInfo
  4 audiences []string list=atomic
  3 error string
UserInfo
  1 username string
  2 uid string
  3 groups []string list=atomic
  4 extra map[]StringList go=map[string]v1.ExtraValue
`,
};

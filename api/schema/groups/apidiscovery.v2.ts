import type { SchemaSource } from "../idl.ts";

export const apidiscoveryV2: SchemaSource = {
  name: "apidiscovery.v2",
  group: "apidiscovery.k8s.io",
  version: "v2",
  package: "io.k8s.api.apidiscovery.v2",
  types: `
APIGroupDiscovery
  1 metadata meta.v1.ObjectMeta
  2 versions []APIVersionDiscovery
APIGroupDiscoveryList kind
  1 metadata meta.v1.ListMeta
  2 items []APIGroupDiscovery always
APIResourceDiscovery
  1 resource string always
  2 responseKind *meta.v1.GroupVersionKind
  3 scope string always go=v2.ResourceScope
  4 singularResource string always
  5 verbs []string always
  6 shortNames []string
  7 categories []string
  8 subresources []APISubresourceDiscovery
APISubresourceDiscovery
  1 subresource string always
  2 responseKind *meta.v1.GroupVersionKind
  3 acceptedTypes []meta.v1.GroupVersionKind
  4 verbs []string always
APIVersionDiscovery
  1 version string always
  2 resources []APIResourceDiscovery
  3 freshness string go=v2.DiscoveryFreshness
`,
};

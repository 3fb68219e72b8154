/** What Kubernetes does with a kind and Sailplane does not, by group resource. Remove a line when you implement it. */
export const limits: Readonly<Record<string, string>> = {
  "apiservices.apiregistration.k8s.io": "the OpenAPI of aggregated API servers is not merged",
  "ingresses.networking.k8s.io": "class `sailplane` is served where a domain is configured; others need a controller",
  "networkpolicies.networking.k8s.io": "enforced on nodes with containers, root and `nft` only",
};

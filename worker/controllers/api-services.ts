/** Which API servers answer for which group versions. */
export const API_SERVICES = "apiservices.apiregistration.k8s.io";

/** The path that says whether the API server of a group version answers. */
export const discoveryCheck = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  `/sailplane/v1/aggregated/${group}/${version}`;

/** Which API servers answer for which group versions. */
export const API_SERVICES = "apiservices.apiregistration.k8s.io";

/** The path that says whether the API server of a group version answers. */
export const discoveryCheck = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  `/sailplane/v1/aggregated/${group}/${version}`;

/** The condition Available of an APIService. */
export interface Availability {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

export const PASSED: Availability = { status: "True", reason: "Passed", message: "all checks passed" };
export const failedCheck = (message: string): Availability => ({
  status: "False",
  reason: "FailedDiscoveryCheck",
  message,
});

/** Which API servers answer for which group versions. */
export const API_SERVICES = "apiservices.apiregistration.k8s.io";

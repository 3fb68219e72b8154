/** Kubernetes' descriptions of the fields that every kind has, and every list. */
const CONVENTIONS = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

export const API_VERSION_TEXT = `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${CONVENTIONS}#resources`;
export const KIND_TEXT = `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${CONVENTIONS}#types-kinds`;
/** Of our own. */
export const QUANTITY_TEXT =
  "A quantity is a number with at most three decimal places. It may have a suffix: m, k, M, G, T, P or E for powers of 1000, Ki, Mi, Gi, Ti, Pi or Ei for powers of 1024, or an exponent such as e3. It is stored with the kind of suffix that it came with, and without fractions: 0.5 as 500m, 1.5Gi as 1536Mi.";
/** For an embedded object. */
export const EMBEDDED_API_VERSION_TEXT = `apiVersion defines the versioned schema of this representation of an object. More info: ${CONVENTIONS}#resources`;
export const EMBEDDED_KIND_TEXT = `kind is a string value representing the type of this object. In CamelCase. More info: ${CONVENTIONS}#types-kinds`;
export const METADATA_TEXT = `Standard object's metadata. More info: ${CONVENTIONS}#metadata`;
export const LIST_METADATA_TEXT = `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`;
export const listItemsText = (plural: string) => `List of ${plural}. More info: ${CONVENTIONS}`;

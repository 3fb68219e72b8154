/** Objects reduced to their metadata: meta.k8s.io/v1 PartialObjectMetadata and its list. */
import type { KubeObject } from "./meta.ts";

const API_VERSION = "meta.k8s.io/v1";

export const partialObjectMetadata = ({ metadata }: KubeObject): KubeObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: API_VERSION,
  metadata,
});

/** `metadata` is that of the list. */
export const partialObjectMetadataList = (objects: readonly KubeObject[], metadata: object) => ({
  kind: "PartialObjectMetadataList",
  apiVersion: API_VERSION,
  metadata,
  items: objects.map(partialObjectMetadata),
});

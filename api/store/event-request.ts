/** The form of a watch's events, if not whole objects as lines of JSON. */
export interface EventRequest {
  /** Only the objects' metadata, as PartialObjectMetadata of that version of meta.k8s.io. */
  readonly metadataAt?: "v1" | "v1beta1";
  /** As frames of Kubernetes' protobuf. */
  readonly protobuf?: boolean;
}

/** In which form a watch tells events. */
export interface EventRequest {
  /** Of objects' metadata alone, as PartialObjectMetadata of that version of meta.k8s.io. */
  readonly metadataAt?: "v1" | "v1beta1";
  /** As frames of Kubernetes' protobuf. */
  readonly protobuf?: boolean;
}

/** Objects reduced to their metadata: meta.k8s.io/v1 PartialObjectMetadata and its list. */
import type { KubeObject } from "./meta.ts";

const API_VERSION = "meta.k8s.io/v1";

/** Of a kind, what its metadata shows with the object only. */
interface Described {
  readonly annotationsOfConversion?: readonly string[];
}

/** The object is at its stored version: Kubernetes reduces what it holds before it converts to what was asked for. */
export const partialObjectMetadata = ({ metadata }: KubeObject, kind: Described = {}): KubeObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: API_VERSION,
  metadata: kind.annotationsOfConversion ? withoutAnnotations(metadata, kind.annotationsOfConversion) : metadata,
});

function withoutAnnotations(metadata: KubeObject["metadata"], names: readonly string[]): KubeObject["metadata"] {
  const { annotations = {}, ...rest } = metadata;
  const kept = Object.entries(annotations).filter(([name]) => !names.includes(name));
  return kept.length > 0 ? { ...rest, annotations: Object.fromEntries(kept) } : rest;
}

/** `metadata` is that of the list. */
export const partialObjectMetadataList = (objects: readonly KubeObject[], metadata: object, kind: Described = {}) => ({
  kind: "PartialObjectMetadataList",
  apiVersion: API_VERSION,
  metadata,
  items: objects.map((object) => partialObjectMetadata(object, kind)),
});

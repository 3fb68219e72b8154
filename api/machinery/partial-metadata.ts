/** Objects reduced to their metadata: meta.k8s.io/v1 PartialObjectMetadata and its list. */
import type { KubeObject } from "./meta.ts";

const API_VERSION = "meta.k8s.io/v1";

/** The parts of a kind on which metadata views depend. */
interface Described {
  readonly annotationsOfConversion?: readonly string[];
}

/** The object is at its stored version: Kubernetes reduces it before converting it to the requested version. */
export const partialObjectMetadata = ({ metadata }: KubeObject, kind: Described = {}): KubeObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: API_VERSION,
  metadata: kind.annotationsOfConversion ? withoutAnnotations(metadata, kind.annotationsOfConversion) : metadata,
});

function withoutAnnotations(metadata: KubeObject["metadata"], names: readonly string[]): KubeObject["metadata"] {
  const { annotations = {}, ...rest } = metadata;
  const remaining = Object.entries(annotations).filter(([name]) => !names.includes(name));
  return remaining.length > 0 ? { ...rest, annotations: Object.fromEntries(remaining) } : rest;
}

interface View {
  readonly apiVersion?: string;
  readonly items?: readonly KubeObject[];
  readonly rows?: readonly { readonly object?: object | null }[];
}

/**
 * A Table or PartialObjectMetadata(List), and its items of these types, at another version of meta.k8s.io; they are
 * identical there.
 */
export function viewAtVersion<T extends object>(view: T, version: "v1" | "v1beta1"): T {
  if (version === "v1") return view;
  const at = <V extends object>(each: V): V =>
    (each as View).apiVersion === API_VERSION ? { ...each, apiVersion: `meta.k8s.io/${version}` } : each;
  const { items, rows } = view as View;
  return {
    ...at(view),
    ...(items ? { items: items.map(at) } : {}),
    ...(rows ? { rows: rows.map((row) => (row.object ? { ...row, object: at(row.object) } : row)) } : {}),
  };
}

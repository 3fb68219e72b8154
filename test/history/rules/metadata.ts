/** What holds of every object, whatever its kind. */
import { isDeepStrictEqual } from "node:util";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { Rule } from "../history.ts";

const observedOf = (object: KubeObject): number | undefined =>
  (object as { status?: { observedGeneration?: number } }).status?.observedGeneration;

export const metadata = (): Rule =>
  function* ({ type, resource, object, previous, before }) {
    const { generation, deletionTimestamp } = object.metadata;
    const observed = observedOf(object);
    if (observed !== undefined && generation !== undefined && observed > generation)
      yield `observed generation ${observed} of ${generation}`;
    if (!previous) return;
    if (previous.metadata.deletionTimestamp && !deletionTimestamp) yield "its deletion was taken back";
    if ((generation ?? 0) < (previous.metadata.generation ?? 0)) yield "its generation went back";
    if (observed !== undefined && observed < (observedOf(previous) ?? 0)) yield "its observed generation went back";
    // Removing the last one deletes the object, without a change before.
    const { finalizers = [] } = previous.metadata;
    if (type === "DELETED" && finalizers.length > 1) yield `it was held by ${finalizers}`;
    // The first write after another version became the storage version stores the object at that one.
    const definition = before.get("customresourcedefinitions.apiextensions.k8s.io", "", resource);
    const isRedefined = definition !== undefined && revisionOf(definition) > revisionOf(previous);
    if (type === "MODIFIED" && !isRedefined && isDeepStrictEqual(withoutRevision(object), withoutRevision(previous)))
      yield "nothing has changed";
  };

const revisionOf = ({ metadata }: Stored<KubeObject>) => Number(metadata.resourceVersion);

const withoutRevision = (object: Stored<KubeObject>) => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: "" },
});

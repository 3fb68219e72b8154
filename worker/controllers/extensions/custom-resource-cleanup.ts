/**
 * Deletes the objects of a CustomResourceDefinition that is being deleted, then removes its finalizer; and rechecks
 * definitions waiting for names when another of their group is gone.
 */
import type { CustomResourceDefinition } from "../../../api/generated/apiextensions.v1.ts";
import { isConditionTrue } from "../../../api/machinery/conditions.ts";
import { groupResource, type Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { CLEANUP_FINALIZER, setCondition } from "../../../api/resources/apiextensions/conditions.ts";
import { BUILT_IN_RESOURCES } from "../../../api/resources/built-in-resources.ts";
import { type DeleteEffect, defineController, EVERYTHING, settled } from "../controller.ts";
import { statusUpdate } from "../status-update.ts";

const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
/** The objects' finalizers may take their time. */
const LOOK_AGAIN_MS = 5000;

export const customResourceCleanup = defineController({
  name: "customresource-cleanup-controller",
  program: "kube-apiserver",
  reads: [DEFINITIONS, EVERYTHING],
  writes: [DEFINITIONS, EVERYTHING],
  itemsOf({ resource, object, snapshot, deleted }) {
    const definitions = snapshot.list(DEFINITIONS);
    if (resource === DEFINITIONS) {
      const { spec } = object as CustomResourceDefinition;
      const waiting = deleted ? definitions.filter((each) => each.spec.group === spec.group && lacksNames(each)) : [];
      return [object.metadata.name, ...waiting.map(({ metadata }) => metadata.name)];
    }
    if (!resource.includes(".")) return [];
    const ending = definitions.find((each) => each.metadata.deletionTimestamp && resourceOf(each) === resource);
    return ending ? [ending.metadata.name] : [];
  },
  reconcile(name, { snapshot, now, failure }) {
    const definition = snapshot.get(DEFINITIONS, "", name);
    if (!definition) return settled;
    const update = { op: "update", resource: DEFINITIONS, namespace: "" } as const;
    if (!definition.metadata.deletionTimestamp) {
      // The API server assigns names with every write.
      const another = snapshot.list(DEFINITIONS).some((each) => isInTheWay(each, definition));
      if (!lacksNames(definition) || another) return settled;
      return { effects: [{ ...update, subresource: "status", object: definition }] };
    }
    if (!definition.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return settled;
    const resource = resourceOf(definition);
    const objects = BUILT_IN_RESOURCES.has(resource) ? [] : snapshot.list(resource);
    if (objects.length === 0) {
      // The condition is for those whose own finalizers wait for the end of the objects.
      return { effects: [{ ...update, subresource: "status", object: cleanedUp(definition, now) }] };
    }
    const reported = terminating(definition, failure?.effect.op === "delete" ? failure.message : undefined);
    const deletes = objects
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .map(
        ({ metadata }): DeleteEffect => ({
          op: "delete",
          resource,
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          uid: metadata.uid,
        }),
      );
    return {
      effects: [...reported, ...(deletes.length > 0 ? [{ op: "batch" as const, effects: deletes }] : [])],
      wakeAt: now + LOOK_AGAIN_MS,
    };
  },
});

/** Says that the objects are being deleted, or why they cannot be. */
function terminating(definition: Stored<CustomResourceDefinition>, refusal: string | undefined) {
  const [reason, message] =
    refusal === undefined
      ? ["InstanceDeletionInProgress", "CustomResource deletion is in progress"]
      : ["InstanceDeletionFailed", `could not issue all deletes: ${refusal}`];
  const conditions = (definition.status.conditions ?? []).map((each) =>
    each.type === "Terminating" ? { ...each, reason, message } : each,
  );
  return statusUpdate(DEFINITIONS, definition, { ...definition.status, conditions });
}

/** The definition without this controller's finalizer. */
function cleanedUp(definition: Stored<CustomResourceDefinition>, now: number): Stored<CustomResourceDefinition> {
  const finalizers = definition.metadata.finalizers?.filter((each) => each !== CLEANUP_FINALIZER) ?? [];
  const cleaned = {
    ...definition,
    metadata: { ...definition.metadata, finalizers },
    status: { ...definition.status },
  };
  setCondition(cleaned, { type: "Terminating", status: "False", ...outcomeOf(definition) }, timestamp(now));
  return cleaned;
}

function outcomeOf(definition: CustomResourceDefinition) {
  // The objects of that name are those of the built-in kind.
  if (BUILT_IN_RESOURCES.has(resourceOf(definition)))
    return { reason: "OverlappingBuiltInResource", message: "instances overlap with built-in resources in storage" };
  return isConditionTrue(definition.status, "Established")
    ? { reason: "InstanceDeletionCompleted", message: "removed all instances" }
    : { reason: "NeverEstablished", message: "resource was never established" };
}

const resourceOf = ({ spec }: CustomResourceDefinition) => groupResource(spec.group, spec.names.plural);

const lacksNames = ({ status, metadata }: CustomResourceDefinition) =>
  !metadata.deletionTimestamp &&
  (status.conditions?.some(({ type, status: is }) => type === "NamesAccepted" && is === "False") ?? false);

/** Whether `each` has a name that `definition` waits for. */
function isInTheWay(each: CustomResourceDefinition, { spec, metadata, status }: CustomResourceDefinition): boolean {
  if (each.spec.group !== spec.group || each.metadata.name === metadata.name) return false;
  const { plural, singular, shortNames = [], kind, listKind } = each.status.acceptedNames ?? {};
  const taken = new Set([plural, singular, ...shortNames, kind, listKind]);
  const has = new Set([...Object.values(status.acceptedNames ?? {})].flat());
  const { names } = spec;
  return [names.plural, names.singular, ...(names.shortNames ?? []), names.kind, names.listKind].some(
    (name) => name !== undefined && !has.has(name) && taken.has(name),
  );
}

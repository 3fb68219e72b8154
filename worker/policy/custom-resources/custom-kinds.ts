/** The kinds that an established CustomResourceDefinition adds, one per served version. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from "../../../api/generated/apiextensions.v1.ts";
import { membersOf } from "../../../api/machinery/json/json-object.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { applyDefaults } from "../../../api/machinery/structural/defaults.ts";
import type { Schema } from "../../../api/machinery/structural/json-walk.ts";
import { prune } from "../../../api/machinery/structural/prune.ts";
import type { Resource, ServedVersion } from "../../../api/resources/resource.ts";
import { compareVersions } from "../../kinds/group-order.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { customResource, schemaOf } from "./custom-resource.ts";

export interface CustomKinds {
  /** For discovery and OpenAPI: one per served version. */
  readonly resources: readonly Resource[];
  readonly served: readonly Served[];
}

const made = new WeakMap<CustomResourceDefinition, CustomKinds>();

/** Built once per revision of the definition. */
export function customKinds(definition: CustomResourceDefinition): CustomKinds {
  const known = made.get(definition);
  if (known) return known;
  const served = (definition.spec.versions ?? [])
    .filter((version) => version.served)
    .map((version) => servedVersion(definition, version));
  const kinds = { resources: served.map(({ resource }) => resource), served };
  made.set(definition, kinds);
  return kinds;
}

function servedVersion(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Served {
  const { group } = definition.spec;
  const { name, deprecated, deprecationWarning } = version;
  const resource = customResource(definition, version);
  return {
    resource,
    group,
    version: name,
    custom: true,
    definition: { name: definition.metadata.name ?? "", generation: definition.metadata.generation ?? 1 },
    ...(needsConversion(definition) ? { conversion: conversionTo(definition, version) } : {}),
    ...storedFormOf(definition, version),
    ...converterOf(definition),
    ...(definition.metadata.deletionTimestamp === undefined ? {} : { ending: true }),
    ...(deprecated ? { deprecation: deprecationWarning ?? deprecationOf(definition, name) } : {}),
  };
}

/** Names the version to use instead: the highest of those that rank above this one. */
function deprecationOf({ spec: { group, names, versions } }: CustomResourceDefinition, version: string): string {
  const kindAt = (at: string) => `${apiVersionOf(group, at)} ${names.kind}`;
  const [better] = versions
    .filter(({ served, deprecated, name }) => served && !deprecated && compareVersions(name, version) < 0)
    .map(({ name }) => name)
    .sort(compareVersions);
  return `${kindAt(version)} is deprecated${better === undefined ? "" : `; use ${kindAt(better)}`}`;
}

function converterOf({ spec }: CustomResourceDefinition): Pick<Served, "converter"> {
  const { strategy, webhook } = spec.conversion ?? {};
  const storage = spec.versions.find((version) => version.storage);
  if (strategy !== "Webhook" || !webhook || !storage) return {};
  const schemas = schemasOf(spec);
  const completed = (object: KubeObject) => {
    const schema = schemas.get(object.apiVersion ?? "");
    return schema ? readAt(structuredClone(object), schema) : object;
  };
  const storageVersion = apiVersionOf(spec.group, storage.name);
  return { converter: { webhook, storageVersion, kind: spec.names.kind, completed } };
}

const schemasOf = ({ group, versions }: CustomResourceDefinition["spec"]) =>
  new Map(versions.map((each) => [apiVersionOf(group, each.name), schemaOf(each)]));

/** Drops what the version does not have, and sets its defaults. Objects stay readable even if not all defaults fit. */
function readAt(object: KubeObject, schema: Schema): KubeObject {
  prune(membersOf(object), schema);
  applyDefaults(membersOf(object), schema);
  return object;
}

/** All objects were written under a single schema, and can be served as stored. */
const needsConversion = ({ metadata, spec }: CustomResourceDefinition) =>
  spec.versions.length > 1 || (metadata.generation ?? 1) > 1;

/** An object is stored at the storage version of the time, with the fields that this version defines. */
function storedFormOf(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): Pick<Served, "storedForm"> {
  const storage = spec.versions.find((each) => each.storage);
  if (!storage || storage === version || spec.conversion?.strategy === "Webhook") return {};
  const apiVersion = apiVersionOf(spec.group, storage.name);
  return {
    storedForm(object) {
      const stored = { ...structuredClone(object), apiVersion };
      prune(membersOf(stored), schemaOf(storage));
      return stored;
    },
  };
}

/**
 * A read returns the fields that the stored version defines, with its defaults, as far as the requested version defines
 * them, too. A webhook gets the former and returns the latter.
 */
function conversionTo(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): ServedVersion<KubeObject> {
  const apiVersion = apiVersionOf(spec.group, version.name);
  const schema = schemaOf(version);
  // The converting store already exchanges objects at the requested version (worker/conversion/converting-store.ts).
  const byWebhook = spec.conversion?.strategy === "Webhook";
  const schemas = schemasOf(spec);
  return {
    version: version.name,
    toStored: (object) => ({ ...object, apiVersion }),
    fromStored(object) {
      const converted = { ...structuredClone(object), apiVersion };
      const written = byWebhook ? undefined : (schemas.get(object.apiVersion ?? "") ?? schema);
      if (written) readAt(converted, written);
      if (written !== schema) prune(membersOf(converted), schema);
      return converted;
    },
  };
}

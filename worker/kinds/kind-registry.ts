/**
 * Finds the kind that a URL or an object names, among the built-in ones and those that the policy snapshot's CRDs add.
 */
import type { WebhookConversion } from "../../api/generated/apiextensions.v1.ts";
import { apiVersionOf, groupResource, type KubeObject } from "../../api/machinery/meta.ts";
import type { ResourceName } from "../../api/machinery/status.ts";
import { dualStackService, service } from "../../api/resources/core/service.ts";
import { resources } from "../../api/resources/index.ts";
import type { Resource, ServedVersion } from "../../api/resources/resource.ts";

/** How a definition's objects are converted between versions. */
export interface Converter {
  readonly webhook: WebhookConversion;
  /** The version at which objects are stored, as `group/version`. */
  readonly storageVersion: string;
  readonly kind: string;
  /** A stored object with the fields and the defaults of the version at which it is stored. */
  readonly completed: (object: KubeObject) => KubeObject;
}

/** A kind at one of its served versions. */
export interface Served {
  readonly resource: Resource;
  readonly group: string;
  readonly version: string;
  /** Whether it comes from a CustomResourceDefinition. */
  readonly custom: boolean;
  /** Absent at the stored version. */
  readonly conversion?: ServedVersion<KubeObject>;
  /** For a custom kind of several versions that no webhook converts: an object as it is stored. */
  readonly storedForm?: (object: KubeObject) => KubeObject;
  /** For a custom kind whose versions a webhook converts. */
  readonly converter?: Converter;
  /** For a custom kind: its definition, and that definition's generation. */
  readonly definition?: { readonly name: string; readonly generation: number };
  /** Whether the definition of a custom kind is terminating. */
  readonly ending?: boolean;
  /** The warning that every request for it gets. */
  readonly deprecation?: string;
}

/** A kind's resource as errors name it. */
export const resourceNameOf = ({ group, resource }: Pick<Served, "group" | "resource">): ResourceName => ({
  group,
  resource: resource.plural,
});

export class Registry {
  readonly #byPath = new Map<string, Served>();
  readonly #byKind = new Map<string, Served>();
  readonly #groupVersions = new Set<string>();
  readonly #versions = new Map<Served, readonly Served[]>();

  constructor(
    readonly resources: readonly Resource[],
    custom: readonly Served[] = [],
  ) {
    const customKinds = new Set(custom.map(({ resource }) => resource));
    for (const resource of resources) {
      if (customKinds.has(resource)) continue;
      this.#addBuiltIn(resource, resource);
      for (const conversion of resource.otherVersions ?? []) {
        this.#addBuiltIn(
          resource,
          { group: conversion.group ?? resource.group, version: conversion.version },
          conversion,
        );
      }
    }
    for (const served of custom) this.#add(served);
  }

  #addBuiltIn(resource: Resource, at: { group: string; version: string }, conversion?: ServedVersion<KubeObject>) {
    this.#add({
      // A version may have rules of its own, like that of events.k8s.io.
      resource: conversion?.rules ? withRules(resource, conversion.rules) : resource,
      custom: false,
      group: at.group,
      version: at.version,
      ...(conversion ? { conversion } : {}),
      ...(resource.deprecation === undefined ? {} : { deprecation: resource.deprecation }),
    });
  }

  #add(served: Served) {
    const { group, version, resource } = served;
    this.#groupVersions.add(apiVersionOf(group, version));
    this.#byPath.set(`${group}/${version}/${resource.plural}`, served);
    this.#byKind.set(`${group}/${version}/${resource.kind}`, served);
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** All served versions of the kind, the given one first. */
  versionsOf(served: Served): readonly Served[] {
    const { custom, resource } = served;
    if (!custom && !resource.otherVersions?.length) return [served];
    const known = this.#versions.get(served);
    if (known) return known;
    const others = [...this.#byPath.values()].filter(
      (each) =>
        each !== served &&
        each.custom === custom &&
        each.resource.plural === resource.plural &&
        each.resource.group === resource.group,
    );
    const all = [served, ...others];
    this.#versions.set(served, all);
    return all;
  }

  /** Whether any kind is served at that group version. */
  has(group: string, version: string): boolean {
    return this.#groupVersions.has(apiVersionOf(group, version));
  }

  findKind(group: string, version: string, kind: string): Served | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }
}

export const builtIn = new Registry(resources);
/** For a deployment with addresses of both families. */
export const dualStack = new Registry(resources.map((each) => (each === service ? dualStackService : each)));

/** The store's name for a kind's objects. */
export const storageResource = (resource: Pick<Resource, "group" | "plural">): string =>
  groupResource(resource.group, resource.plural);

function withRules(resource: Resource, rules: NonNullable<ServedVersion<KubeObject>["rules"]>): Resource {
  const { validate: _, validateCreate: __, validateUpdate: ___, ...rest } = resource;
  return { ...rest, ...rules };
}

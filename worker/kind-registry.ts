/** Finds the kind that a URL or an object names, among the built-in ones and those that the policy snapshot's CRDs add. */

import type { KubeObject } from "../api/machinery/meta.ts";
import { groupResource } from "../api/machinery/meta.ts";
import { resources } from "../api/resources/index.ts";
import type { Resource, ServedVersion } from "../api/resources/resource.ts";

/** A kind at one of the versions that it is served at. */
export interface Served {
  readonly resource: Resource;
  readonly group: string;
  readonly version: string;
  /** The kind comes from a CustomResourceDefinition. */
  readonly custom: boolean;
  /** Absent when this is the stored version. */
  readonly conversion?: ServedVersion<KubeObject>;
  /** What every request for it is warned of. */
  readonly deprecation?: string;
}

export class Registry {
  readonly #byPath = new Map<string, Served>();
  readonly #byKind = new Map<string, Served>();

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
      // A version may have rules of its own, as events.k8s.io has.
      resource: conversion?.validate ? { ...resource, validate: conversion.validate } : resource,
      custom: false,
      group: at.group,
      version: at.version,
      ...(conversion ? { conversion } : {}),
      ...(resource.deprecation === undefined ? {} : { deprecation: resource.deprecation }),
    });
  }

  #add(served: Served) {
    const { group, version, resource } = served;
    this.#byPath.set(`${group}/${version}/${resource.plural}`, served);
    this.#byKind.set(`${group}/${version}/${resource.kind}`, served);
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  findKind(group: string, version: string, kind: string): Served | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }
}

export const builtIn = new Registry(resources);

/** The store's name of a kind's objects. */
export const storageResource = (resource: Pick<Resource, "group" | "plural">): string =>
  groupResource(resource.group, resource.plural);

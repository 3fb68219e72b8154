/** Finds the kind that a URL or an object names, among the built-in ones and those that the policy snapshot's CRDs add. */

import type { KubeObject } from "../../api/machinery/meta.ts";
import { groupResource } from "../../api/machinery/meta.ts";
import { resources } from "../../api/resources/index.ts";
import type { Resource, ServedVersion } from "../../api/resources/resource.ts";

/** A kind at one of the versions that it is served at. */
export interface Served {
  readonly resource: Resource;
  readonly group: string;
  readonly version: string;
  /** The kind comes from a CustomResourceDefinition. */
  readonly custom: boolean;
  /** Absent when this is the stored version. */
  readonly conversion?: ServedVersion<KubeObject>;
}

export class Registry {
  readonly #byPath = new Map<string, Served>();
  readonly #byKind = new Map<string, Served>();

  constructor(
    readonly resources: readonly Resource[],
    private readonly isCustom: (resource: Resource) => boolean = () => false,
  ) {
    for (const resource of resources) {
      this.#add(resource, resource);
      for (const conversion of resource.otherVersions ?? []) {
        this.#add(resource, { group: conversion.group ?? resource.group, version: conversion.version }, conversion);
      }
    }
  }

  #add(resource: Resource, at: { group: string; version: string }, conversion?: ServedVersion<KubeObject>) {
    const custom = this.isCustom(resource);
    const served: Served = {
      // A version may have rules of its own, as events.k8s.io has.
      resource: conversion?.validate ? { ...resource, validate: conversion.validate } : resource,
      custom,
      group: at.group,
      version: at.version,
      ...(conversion ? { conversion } : {}),
    };
    this.#byPath.set(`${at.group}/${at.version}/${resource.plural}`, served);
    this.#byKind.set(`${at.group}/${at.version}/${resource.kind}`, served);
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

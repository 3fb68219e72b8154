import type { Resource } from "../../../api/resources/resource.ts";

/** A kind at one of the group versions that serve it. */
export interface ServedKind {
  readonly resource: Resource;
  readonly group: string;
  readonly version: string;
}

export const servedKinds = (resources: readonly Resource[]): ServedKind[] =>
  resources.flatMap((resource) => [
    { resource, group: resource.group, version: resource.version },
    ...(resource.otherVersions ?? []).map(({ group = resource.group, version }) => ({ resource, group, version })),
  ]);

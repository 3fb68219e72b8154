import { isConditionTrue } from "../../api/machinery/conditions.ts";
import { BUILT_IN_RESOURCES } from "../../api/resources/built-in-resources.ts";
import type { Resource } from "../../api/resources/resource.ts";
import type { Env } from "../env.ts";
import { builtIn, dualStack, Registry, type Served } from "../kinds/kind-registry.ts";
import { hasBothFamilies } from "../network.ts";
import { customKinds } from "./custom-resources/custom-kinds.ts";
import type { PolicySnapshot } from "./snapshot.ts";

export const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

/** The registry of built-in kinds and of those added by established CustomResourceDefinitions. */
export const customResources = resourcesBeside(builtIn);
const dualStackResources = resourcesBeside(dualStack);

/** The same, with the rules that depend on the deployment. */
export const deployedResources = (env: Env) => (hasBothFamilies(env) ? dualStackResources : customResources);

function resourcesBeside(own: Registry): (policy: PolicySnapshot) => Registry {
  /** The last registry, reused while its kinds are the same, because OpenAPI and discovery are cached by registry. */
  let latest: { readonly resources: readonly Resource[]; readonly registry: Registry } | undefined;

  const registryOf = (resources: readonly Resource[], served: readonly Served[]): Registry => {
    const same =
      latest?.resources.length === resources.length && resources.every((each, i) => each === latest?.resources[i]);
    if (latest && same) return latest.registry;
    const registry = new Registry([...own.resources, ...resources], served);
    latest = { resources, registry };
    return registry;
  };

  /** A version of a built-in group is entirely built in: nobody may add to it. */
  const isOwn = ({ group, version }: Pick<Served, "group" | "version">) => !own.has(group, version);

  return (policy) => {
    const definitions = policy.list(DEFINITIONS);
    const kinds = definitions
      .filter(
        ({ metadata, status }) => isConditionTrue(status, "Established") && !BUILT_IN_RESOURCES.has(metadata.name),
      )
      .map(customKinds);
    if (kinds.length === 0) return own;
    return registryOf(
      kinds.flatMap(({ resources }) => resources.filter(isOwn)),
      kinds.flatMap(({ served }) => served.filter(isOwn)),
    );
  };
}

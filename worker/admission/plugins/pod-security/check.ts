/** One rule of the Pod Security Standards, and the words that several of them use. */
import type { Container, EphemeralContainer, PodSpec } from "../../../../api/generated/core.v1.ts";
import type { ObjectMeta } from "../../../../api/generated/meta.v1.ts";
import type { Level } from "./policy.ts";

export interface PodLike {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

/** Why a pod breaks the rule: `hostPort (container "c" uses hostPort 1)`. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

type Examine = (pod: PodLike) => Violation | undefined;

export interface Check {
  readonly id: string;
  readonly level: Exclude<Level, "privileged">;
  /** From which minor of the standard on it is examined how, ascending. */
  readonly versions: readonly (readonly [sinceMinor: number, examine: Examine])[];
  /** Weaker rules that are not told beside this one. */
  readonly overrides?: readonly string[];
}

type AnyContainer = Container | EphemeralContainer;

/** In the order in which Kubernetes looks at them. */
export const containersOf = ({
  initContainers = [],
  containers,
  ephemeralContainers = [],
}: PodSpec): AnyContainer[] => [...initContainers, ...containers, ...ephemeralContainers];

export const namesWhere = (spec: PodSpec, holds: (container: AnyContainer) => boolean): string[] =>
  containersOf(spec)
    .filter(holds)
    .map(({ name }) => name);

export const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);

/** As Kubernetes quotes here, which escapes nothing. */
export const quoted = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(", ");

export const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** `container "a"`, `containers "a", "b"`. */
export const named = (names: readonly string[]): string => `${plural(names.length, "container")} ${quoted(names)}`;

/** `pod and container "a"`: who set something that may not be set. Undefined where nobody did. */
export function setters(pod: boolean, containers: readonly string[]): string | undefined {
  const all = [...(pod ? ["pod"] : []), ...(containers.length > 0 ? [named(containers)] : [])];
  return all.length > 0 ? all.join(" and ") : undefined;
}

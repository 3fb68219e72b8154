/** One rule of the Pod Security Standards, and wording that several rules share. */
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
  /** From which minor version of the standard each examination applies, ascending. */
  readonly versions: readonly (readonly [sinceMinor: number, examine: Examine])[];
  /** Weaker rules that are not reported together with this one. */
  readonly overrides?: readonly string[];
}

type AnyContainer = Container | EphemeralContainer;

/** In the order in which Kubernetes visits them. */
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

/** Quoted without escaping, as Kubernetes does here. */
export const quoted = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(", ");

export const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** `container "a"`, `containers "a", "b"`. */
export const named = (names: readonly string[]): string => `${plural(names.length, "container")} ${quoted(names)}`;

/** `pod and container "a"`: where something forbidden is set. Undefined if nowhere. */
export function setters(pod: boolean, containers: readonly string[]): string | undefined {
  const all = [...(pod ? ["pod"] : []), ...(containers.length > 0 ? [named(containers)] : [])];
  return all.length > 0 ? all.join(" and ") : undefined;
}

/** The names of the claims behind a pod's volumes. */
import type { PodFacts } from "./pod-facts.ts";

export interface ClaimName {
  readonly name: string;
  /** Created for this pod alone, by the ephemeral volume controller. */
  readonly ephemeral: boolean;
}

const NONE: readonly never[] = [];

export function claimNamesOf({ name, volumes }: Pick<PodFacts, "name" | "volumes">): readonly ClaimName[] {
  if (volumes.length === 0) return NONE;
  return volumes.flatMap((volume): ClaimName[] => {
    if (volume.ephemeral) return [{ name: `${name}-${volume.name}`, ephemeral: true }];
    const claim = volume.persistentVolumeClaim?.claimName;
    return claim ? [{ name: claim, ephemeral: false }] : [];
  });
}

import type { Pod } from "../../api/generated/core.v1.ts";

const DEFAULT_GRACE_SECONDS = 30;

export const graceOf = ({ metadata, spec }: Pod): number =>
  metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;

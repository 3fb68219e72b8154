import type { Pod } from "../../../../generated/core.v1.ts";
import { sameValue } from "../../../../machinery/field-checks.ts";
import { type FieldError, forbidden, goQuote, WHOLE_OBJECT } from "../../../../machinery/field-error.ts";
import { goDiff } from "../../../go-diff.ts";
import { MIRROR } from "../annotations.ts";
import { validatePod } from "../pod-validation.ts";

/** Ephemeral containers can be added and never change. `next` differs from `old` in nothing else. */
export function validateEphemeralContainersUpdate(next: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined)
    return [forbidden(WHOLE_OBJECT, "static pods do not support ephemeral containers")];
  const errors = validatePod(next);
  for (const container of old.spec.ephemeralContainers ?? []) {
    // Of two with the name, Kubernetes looks at the last.
    const now = next.spec.ephemeralContainers?.findLast(({ name }) => name === container.name);
    const subject = `existing ephemeral containers ${goQuote(container.name)}`;
    if (!now) errors.push(forbidden("spec.ephemeralContainers", `${subject} may not be removed\n`));
    else if (!sameValue(now, container))
      errors.push(
        forbidden(
          "spec.ephemeralContainers",
          `${subject} may not be changed\n${goDiff("core.v1.EphemeralContainer", container, now)}`,
        ),
      );
  }
  return errors;
}

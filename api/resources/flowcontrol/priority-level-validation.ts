/** pkg/apis/flowcontrol/validation: PriorityLevelConfiguration. */

import type {
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from "../../generated/flowcontrol.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { ownMember } from "../../machinery/json/own-member.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { mandatoryPriorityLevels } from "./mandatory.ts";

const MAX_QUEUES = 10 * 1000 * 1000;

export function validatePriorityLevel({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  const { name = "" } = metadata;
  const { type = "", limited, exempt } = spec;
  if ((name === "exempt") !== (type === "Exempt"))
    errors.push(invalid("spec.type", type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  if (type === "Exempt") {
    if (limited) errors.push(forbidden("spec.limited", "must be nil if the type is not Limited"));
    if (exempt) checkShares(errors, "spec.exempt", exempt);
  } else if (type === "Limited") {
    if (exempt) errors.push(forbidden("spec.exempt", "must be nil if the type is Limited"));
    if (limited) checkLimited(errors, "spec.limited", limited);
    else errors.push(required("spec.limited", "must not be empty when type is Limited"));
  } else errors.push(notSupported("spec.type", type, ["Exempt", "Limited"]));
  checkMandatory(errors, name, spec);
  return errors;
}

function checkMandatory(errors: FieldError[], name: string, spec: PriorityLevelConfigurationSpec): void {
  const mandatory = ownMember(mandatoryPriorityLevels, name);
  if (!mandatory) return;
  const compared = name === "exempt" ? { ...spec, exempt: mandatory.exempt } : spec;
  if (sameValue(compared, mandatory)) return;
  const all = name === "exempt" ? " except the 'spec.exempt' field" : "";
  errors.push(
    invalid(
      "spec",
      goStruct("flowcontrol.v1.PriorityLevelConfigurationSpec", spec),
      `spec of '${name}'${all} must equal the fixed value`,
    ),
  );
}

function checkShares(
  errors: FieldError[],
  path: string,
  { nominalConcurrencyShares: shares, lendablePercent: percent }: LimitedPriorityLevelConfiguration,
): void {
  if (shares !== undefined && shares < 0)
    errors.push(invalid(`${path}.nominalConcurrencyShares`, shares, "must be a non-negative integer"));
  if (percent !== undefined && (percent < 0 || percent > 100))
    errors.push(invalid(`${path}.lendablePercent`, percent, "must be between 0 and 100, inclusive"));
}

function checkLimited(errors: FieldError[], path: string, limited: LimitedPriorityLevelConfiguration): void {
  const { nominalConcurrencyShares: shares, borrowingLimitPercent: borrowing } = limited;
  if (shares !== undefined && shares < 0)
    errors.push(invalid(`${path}.nominalConcurrencyShares`, shares, "must be a non-negative integer"));
  checkLimitResponse(errors, `${path}.limitResponse`, limited.limitResponse ?? { type: "" });
  checkShares(errors, path, { lendablePercent: limited.lendablePercent ?? 0 });
  if (borrowing !== undefined && borrowing < 0)
    errors.push(invalid(`${path}.borrowingLimitPercent`, borrowing, "if specified, must be a non-negative integer"));
}

function checkLimitResponse(errors: FieldError[], path: string, { type = "", queuing }: LimitResponse): void {
  if (type === "Reject") {
    if (queuing) errors.push(forbidden(`${path}.queuing`, "must be nil if limited.limitResponse.type is not Limited"));
  } else if (type === "Queue") {
    if (queuing) checkQueuing(errors, `${path}.queuing`, queuing);
    else errors.push(required(`${path}.queuing`, "must not be empty if limited.limitResponse.type is Limited"));
  } else errors.push(notSupported(`${path}.type`, type, ["Queue", "Reject"]));
}

function checkQueuing(errors: FieldError[], path: string, queuing: QueuingConfiguration): void {
  const { queueLengthLimit = 0, queues = 0, handSize = 0 } = queuing;
  if (queueLengthLimit <= 0) errors.push(invalid(`${path}.queueLengthLimit`, queueLengthLimit, "must be positive"));
  if (queues <= 0) errors.push(invalid(`${path}.queues`, queues, "must be positive"));
  else if (queues > MAX_QUEUES)
    errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  if (handSize <= 0) errors.push(invalid(`${path}.handSize`, handSize, "must be positive"));
  else if (handSize > queues)
    errors.push(invalid(`${path}.handSize`, handSize, `should not be greater than queues (${queues})`));
  else {
    const bits = shufflingBits(queues, handSize);
    if (bits > 60)
      errors.push(
        invalid(
          `${path}.handSize`,
          handSize,
          `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than 60`,
        ),
      );
  }
}

/** The number of hash bits that dealing such a hand requires. */
function shufflingBits(queues: number, handSize: number): number {
  let product = 1;
  for (let i = 0; i < handSize; i++) product *= queues - i;
  return Math.ceil(Math.log2(product));
}

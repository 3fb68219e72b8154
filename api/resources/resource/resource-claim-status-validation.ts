/** pkg/apis/resource/validation: the status of claims. */
import type { ResourceClaim, ResourceClaimConsumerReference } from "../../generated/resource.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { duplicate, type FieldError, forbidden, invalid, required, tooMany } from "../../machinery/field-error.ts";
import { pathSegmentName } from "../../machinery/names.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { checkDriver } from "./selectors-validation.ts";

const MAX_RESERVED = 256;
const MAX_RESULTS = 32;

export function validateClaimStatusUpdate(next: ResourceClaim, old: ResourceClaim): FieldError[] {
  const errors: FieldError[] = [];
  const { allocation, reservedFor = [] } = next.status;
  if (reservedFor.length > MAX_RESERVED) errors.push(tooMany("status.reservedFor", reservedFor.length, MAX_RESERVED));
  reservedFor.forEach((reference, i) => {
    const path = `status.reservedFor[${i}]`;
    checkConsumer(errors, path, reference);
    if (reservedFor.findIndex(({ uid }) => uid === reference.uid) < i)
      errors.push(duplicate(`${path}.uid`, reference.uid));
  });
  if (reservedFor.length > 0) {
    if (!allocation) errors.push(forbidden("status.reservedFor", "may not be specified when `allocated` is not set"));
    else if (next.metadata.deletionTimestamp && added(reservedFor, old.status.reservedFor ?? []))
      errors.push(
        forbidden(
          "status.reservedFor",
          "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set",
        ),
      );
  }
  if (allocation && old.status.allocation) {
    if (!sameValue(allocation, old.status.allocation))
      errors.push(
        invalid("status.allocation", goStruct("resource.v1.AllocationResult", allocation), "field is immutable"),
      );
  } else if (allocation) {
    const results = allocation.devices?.results ?? [];
    if (results.length > MAX_RESULTS)
      errors.push(tooMany("status.allocation.devices.results", results.length, MAX_RESULTS));
    results.forEach(({ driver = "", pool = "", device = "" }, i) => {
      const path = `status.allocation.devices.results[${i}]`;
      checkDriver(errors, `${path}.driver`, driver);
      if (pool === "") errors.push(required(`${path}.pool`));
      if (device === "") errors.push(required(`${path}.device`));
    });
  }
  return errors;
}

const added = (
  next: readonly ResourceClaimConsumerReference[],
  old: readonly ResourceClaimConsumerReference[],
): boolean => next.some(({ uid }) => !old.some((reference) => reference.uid === uid));

function checkConsumer(errors: FieldError[], path: string, reference: ResourceClaimConsumerReference): void {
  const { resource = "", name = "", uid = "" } = reference;
  if (resource === "") errors.push(required(`${path}.resource`));
  if (name === "") errors.push(required(`${path}.name`));
  else for (const problem of pathSegmentName(name)) errors.push(invalid(`${path}.name`, name, problem));
  if (uid === "") errors.push(required(`${path}.uid`));
}

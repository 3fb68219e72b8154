/** pkg/apis/resource/validation: the status of claims. */
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from "../../generated/resource.v1.ts";
import { validateConditions } from "../../machinery/condition-validation.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from "../../machinery/field-error.ts";
import { interfaceAddressProblems } from "../../machinery/network/ip.ts";
import { repeated } from "../../machinery/repeated.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { validateNodeSelector } from "../core/node-selector.ts";
import { checkDriverName } from "../storage/driver-name.ts";
import { checkBindingConditions } from "./binding-conditions-validation.ts";
import { checkList, checkSet } from "./bounded-lists.ts";
import { checkLabel, checkPoolName } from "./device-names.ts";
import { checkRequestNames, checkRequestReference, requestNames } from "./resource-claim-validation.ts";
import { checkConfiguration, checkRawObject } from "./selectors-validation.ts";

const MAX_RESERVED = 256;
const MAX_RESULTS = 32;
const MAX_CONFIGS = 64;
const MAX_CONDITIONS = 8;

export function validateClaimStatusUpdate(next: ResourceClaim, old: ResourceClaim): FieldError[] {
  const errors: FieldError[] = [];
  const { allocation, reservedFor = [], devices } = next.status;
  checkSet(errors, "status.reservedFor", reservedFor, {
    max: MAX_RESERVED,
    check: (reference, path) => checkConsumer(errors, path, reference),
    keyOf: ({ uid = "" }) => uid,
  });
  checkDeviceStatuses(errors, "status.devices", devices, allocation);
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
  } else if (allocation) checkAllocation(errors, allocation, requestNames(next.spec.devices ?? {}));
  return errors;
}

const added = (
  next: readonly ResourceClaimConsumerReference[],
  old: readonly ResourceClaimConsumerReference[],
): boolean => next.some((reference) => !old.some((other) => sameValue(other, reference)));

function checkConsumer(errors: FieldError[], path: string, reference: ResourceClaimConsumerReference): void {
  const { resource = "", name = "", uid = "" } = reference;
  if (resource === "") errors.push(required(`${path}.resource`));
  if (name === "") errors.push(required(`${path}.name`));
  if (uid === "") errors.push(required(`${path}.uid`));
}

function checkAllocation(errors: FieldError[], allocation: AllocationResult, known: ReadonlySet<string>): void {
  const path = "status.allocation";
  const { devices: { results, config } = {}, nodeSelector } = allocation;
  checkList(errors, `${path}.devices.results`, results, {
    max: MAX_RESULTS,
    check: (result, at) => checkResult(errors, at, result, known),
  });
  checkList(errors, `${path}.devices.config`, config, {
    max: MAX_CONFIGS,
    check: (configuration, at) => checkAllocatedConfiguration(errors, at, configuration, known),
  });
  if (nodeSelector) validateNodeSelector(nodeSelector, `${path}.nodeSelector`, errors);
}

function checkResult(
  errors: FieldError[],
  path: string,
  result: DeviceRequestAllocationResult,
  known: ReadonlySet<string>,
): void {
  const { request = "", driver = "", pool = "", device = "", shareID } = result;
  checkRequestReference(errors, `${path}.request`, request, known);
  checkDriverName(errors, `${path}.driver`, driver);
  checkPoolName(errors, `${path}.pool`, pool);
  checkLabel(errors, `${path}.device`, device);
  checkBindingConditions(errors, path, result);
  if (shareID !== undefined) checkShareId(errors, `${path}.shareID`, shareID);
}

const SOURCES = ["FromClaim", "FromClass"];

function checkAllocatedConfiguration(
  errors: FieldError[],
  path: string,
  configuration: DeviceAllocationConfiguration,
  known: ReadonlySet<string>,
): void {
  const { source = "", requests } = configuration;
  if (source === "") errors.push(required(`${path}.source`));
  else if (!SOURCES.includes(source)) errors.push(notSupported(`${path}.source`, source, SOURCES));
  checkRequestNames(errors, `${path}.requests`, requests, known);
  checkConfiguration(errors, path, configuration);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function checkShareId(errors: FieldError[], path: string, id: string): void {
  if (UUID.test(id)) return;
  const problem = UUID.test(id.toLowerCase())
    ? "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters"
    : `error validating uid: ${id.length === 36 ? "invalid UUID format" : `invalid UUID length: ${id.length}`}`;
  errors.push(invalid(path, id, problem));
}

type DeviceId = Pick<AllocatedDeviceStatus, "driver" | "pool" | "device" | "shareID">;

const idOf = ({ driver = "", pool = "", device = "", shareID }: Partial<DeviceId>) =>
  [driver, pool, device, ...(shareID ? [shareID] : [])].join("/");

function checkDeviceStatuses(
  errors: FieldError[],
  path: string,
  statuses: readonly AllocatedDeviceStatus[] = [],
  allocation: AllocationResult | undefined,
): void {
  const allocated = new Set((allocation?.devices?.results ?? []).map(idOf));
  statuses.forEach((status, i) => {
    checkDeviceStatus(errors, `${path}[${i}]`, status, allocated);
  });
  const again = repeated(statuses.map(idOf));
  statuses.forEach((status, i) => {
    if (again.has(i)) errors.push(duplicate(`${path}[${i}]`, printedId(status)));
  });
}

/** As Go prints it. */
const printedId = ({ driver = "", pool = "", device = "", shareID = "" }: AllocatedDeviceStatus) => ({
  Driver: driver,
  Pool: pool,
  Device: device,
  ShareID: shareID,
});

function checkDeviceStatus(
  errors: FieldError[],
  path: string,
  status: AllocatedDeviceStatus,
  allocated: ReadonlySet<string>,
): void {
  const { driver = "", pool = "", device = "", shareID, conditions = [], data, networkData } = status;
  checkDriverName(errors, `${path}.driver`, driver);
  checkPoolName(errors, `${path}.pool`, pool);
  checkLabel(errors, `${path}.device`, device);
  if (shareID !== undefined) checkShareId(errors, `${path}.shareID`, shareID);
  if (!allocated.has(idOf(status)))
    errors.push(invalid(path, printedId(status), "must be an allocated device in the claim"));
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(`${path}.conditions`, conditions.length, MAX_CONDITIONS));
  errors.push(...validateConditions(conditions, `${path}.conditions`));
  if (data !== undefined) checkRawObject(errors, `${path}.data`, data);
  if (networkData) checkNetworkData(errors, `${path}.networkData`, networkData);
}

const MAX_INTERFACE_NAME = 256;
const MAX_HARDWARE_ADDRESS = 128;
const MAX_ADDRESSES = 16;

function checkNetworkData(errors: FieldError[], path: string, data: NetworkDeviceData): void {
  const { interfaceName = "", hardwareAddress = "", ips } = data;
  if (utf8Length(interfaceName) > MAX_INTERFACE_NAME) errors.push(tooLong(`${path}.interfaceName`, MAX_INTERFACE_NAME));
  if (utf8Length(hardwareAddress) > MAX_HARDWARE_ADDRESS)
    errors.push(tooLong(`${path}.hardwareAddress`, MAX_HARDWARE_ADDRESS));
  checkSet(errors, `${path}.ips`, ips, {
    max: MAX_ADDRESSES,
    check: (address, at) => {
      for (const problem of interfaceAddressProblems(address)) errors.push(invalid(at, address, problem));
    },
    keyOf: (address) => address,
  });
}

/** Fields with IP addresses or ranges, in Kubernetes' words (apimachinery's validation of them, k8s.io/utils/net). */
import { type FieldError, invalid } from "../field-error.ts";
import { AMBIGUITIES, cidrProblem, familyOf, ipProblem, isIP, specialIPProblem } from "./ip.ts";

export function validateIp(text: string, path: string): FieldError[] {
  const problem = ipProblem(text);
  return problem === undefined ? [] : [invalid(path, text, problem)];
}

export function validateCidr(text: string, path: string): FieldError[] {
  const problem = cidrProblem(text);
  return problem === undefined ? [] : [invalid(path, text, problem)];
}

/** Stored addresses that predate the rejection of ambiguous ones may stay: an update only reports new ones. */
export function forgiveStoredAddresses(errors: FieldError[], old: object): FieldError[] {
  const isAmbiguity = ({ message }: FieldError) => AMBIGUITIES.some((each) => message.endsWith(`: ${each}`));
  if (!errors.some(isAmbiguity)) return errors;
  // Some fields contain several, separated by commas and spaces.
  const stored = new Set(JSON.stringify(old).split(/[\s",]+/));
  return errors.filter((error) => {
    const [, value] = isAmbiguity(error) ? (/^Invalid value: "(.*?)": /.exec(error.message) ?? []) : [];
    return value === undefined || !stored.has(value);
  });
}

/** Endpoints and external addresses may be neither loopback nor link-local. */
export function validateOrdinaryIp(text: string, path: string): FieldError[] {
  if (!isIP(text)) return [invalid(path, text, "must be a valid IP address")];
  const problem = specialIPProblem(text);
  return problem ? [invalid(path, text, problem)] : [];
}

/** Whether valid addresses include both families. */
export const isDualStack = (addresses: readonly string[]): boolean =>
  new Set(addresses.filter(isIP).map(familyOf)).size === 2;

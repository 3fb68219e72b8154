/** Fields that hold IP addresses or ranges, in Kubernetes' words (apimachinery's validation of them, k8s.io/utils/net). */
import { type FieldError, invalid } from "./field-error.ts";
import { familyOf, isIP, specialIPProblem } from "./ip.ts";

export const validateIp = (text: string, path: string): FieldError[] =>
  isIP(text) ? [] : [invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];

export const validateCidr = (text: string, path: string): FieldError[] =>
  isCidr(text) ? [] : [invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];

function isCidr(text: string): boolean {
  const [address = "", prefix = "", ...rest] = text.split("/");
  if (rest.length > 0 || !isIP(address) || !/^[0-9]{1,3}$/.test(prefix)) return false;
  return Number(prefix) <= (address.includes(":") ? 128 : 32);
}

/** Endpoints and external addresses may not be of the node itself or its link. */
export function validateOrdinaryIp(text: string, path: string): FieldError[] {
  if (!isIP(text)) return [invalid(path, text, "must be a valid IP address")];
  const problem = specialIPProblem(text);
  return problem ? [invalid(path, text, problem)] : [];
}

/** Whether both families are among valid addresses. */
export const isDualStack = (addresses: readonly string[]): boolean =>
  new Set(addresses.filter(isIP).map(familyOf)).size === 2;

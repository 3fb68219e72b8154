import type { EndpointAddress, EndpointPort, Endpoints } from "../../generated/core.v1.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from "../../machinery/names.ts";
import { validateIp, validateOrdinaryIp } from "../../machinery/network/ip-validation.ts";
import { validateProtocol } from "./pod/containers/ports.ts";

export function validateEndpoints({ subsets = [] }: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  subsets.forEach(({ addresses = [], notReadyAddresses = [], ports = [] }, i) => {
    const path = `subsets[${i}]`;
    if (addresses.length === 0 && notReadyAddresses.length === 0)
      errors.push(required(path, "must specify `addresses` or `notReadyAddresses`"));
    addresses.forEach((address, j) => {
      validateAddress(address, `${path}.addresses[${j}]`, errors);
    });
    notReadyAddresses.forEach((address, j) => {
      validateAddress(address, `${path}.notReadyAddresses[${j}]`, errors);
    });
    ports.forEach((port, j) => {
      validatePort(port, `${path}.ports[${j}]`, { needsName: ports.length > 1, errors });
    });
  });
  return errors;
}

function validateAddress({ ip = "", hostname, nodeName }: EndpointAddress, path: string, errors: FieldError[]): void {
  errors.push(...validateIp(ip, `${path}.ip`));
  if (hostname) for (const problem of dnsLabel(hostname)) errors.push(invalid(`${path}.hostname`, hostname, problem));
  if (nodeName !== undefined)
    for (const problem of dnsSubdomain(nodeName)) errors.push(invalid(`${path}.nodeName`, nodeName, problem));
  errors.push(...validateOrdinaryIp(ip, `${path}.ip`));
}

function validatePort(
  { name, port = 0, protocol, appProtocol }: EndpointPort,
  path: string,
  { needsName, errors }: { needsName: boolean; errors: FieldError[] },
): void {
  if (name) for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.name`, name, problem));
  else if (needsName) errors.push(required(`${path}.name`));
  for (const problem of portNumber(port)) errors.push(invalid(`${path}.port`, port, problem));
  validateProtocol(protocol, `${path}.protocol`, errors);
  if (appProtocol !== undefined)
    for (const problem of qualifiedName(appProtocol)) errors.push(invalid(`${path}.appProtocol`, appProtocol, problem));
}

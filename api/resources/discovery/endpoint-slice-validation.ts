/** pkg/apis/discovery/validation. */
import type { Endpoint, EndpointPort, EndpointSlice } from "../../generated/discovery.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from "../../machinery/field-error.ts";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "../../machinery/names.ts";
import { canonicalIPProblems, isIPv4, specialIPProblem } from "../../machinery/network/ip.ts";
import { validateIp } from "../../machinery/network/ip-validation.ts";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_TOPOLOGY = 16;
const MAX_HINTS = 8;

/** Unchanged endpoints in an update have been validated before, perhaps by older rules. */
export function validateEndpointSlice(slice: EndpointSlice, old?: EndpointSlice): FieldError[] {
  const { addressType = "", endpoints, ports } = slice;
  const errors: FieldError[] = [];
  if (addressType === "") errors.push(required("addressType"));
  else if (!ADDRESS_TYPES.includes(addressType)) errors.push(notSupported("addressType", addressType, ADDRESS_TYPES));
  checkPorts(errors, ports ?? []);
  const ofEndpoints = endpointErrors(endpoints ?? [], addressType);
  // Only compared if needed: there may be a thousand.
  if (ofEndpoints.length > 0 && !(old && sameValue(endpoints, old.endpoints))) errors.push(...ofEndpoints);
  return errors;
}

function endpointErrors(endpoints: readonly Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) return [tooMany("endpoints", endpoints.length, MAX_ENDPOINTS)];
  const errors: FieldError[] = [];
  endpoints.forEach((endpoint, i) => {
    checkEndpoint(errors, `endpoints[${i}]`, endpoint, addressType);
  });
  return errors;
}

function checkEndpoint(errors: FieldError[], path: string, endpoint: Endpoint, addressType: string): void {
  const { addresses = [], nodeName, deprecatedTopology, hostname, hints } = endpoint;
  if (addresses.length === 0) errors.push(required(`${path}.addresses`, "must contain at least 1 address"));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(`${path}.addresses`, addresses.length, MAX_ADDRESSES));
  addresses.forEach((address, i) => {
    checkAddress(errors, `${path}.addresses`, i, { address, addressType });
  });
  if (nodeName !== undefined)
    for (const problem of dnsSubdomain(nodeName)) errors.push(invalid(`${path}.nodeName`, nodeName, problem));
  const topology = Object.entries(deprecatedTopology ?? {});
  if (topology.length > MAX_TOPOLOGY) errors.push(tooMany(`${path}.deprecatedTopology`, topology.length, MAX_TOPOLOGY));
  for (const [key, value] of topology) {
    for (const problem of qualifiedName(key)) errors.push(invalid(`${path}.deprecatedTopology`, key, problem));
    for (const problem of labelValue(value)) errors.push(invalid(`${path}.deprecatedTopology`, value, problem));
  }
  if (hostname !== undefined)
    for (const problem of dnsLabel(hostname)) errors.push(invalid(`${path}.hostname`, hostname, problem));
  checkHints(errors, `${path}.hints.forZones`, hints?.forZones, labelValue);
  checkHints(errors, `${path}.hints.forNodes`, hints?.forNodes, dnsSubdomain);
}

function checkAddress(
  errors: FieldError[],
  path: string,
  index: number,
  { address, addressType }: { readonly address: string; readonly addressType: string },
): void {
  const indexed = `${path}[${index}]`;
  if (addressType === "FQDN") {
    checkFullName(errors, indexed, address);
    return;
  }
  if (addressType !== "IPv4" && addressType !== "IPv6") return;
  const problems =
    addressType === "IPv4"
      ? validateIp(address, indexed)
      : canonicalIPProblems(address).map((problem) => invalid(indexed, address, problem));
  errors.push(...problems);
  if (problems.length > 0) return;
  if (isIPv4(address) !== (addressType === "IPv4"))
    errors.push(invalid(path, address, `must be an ${addressType} address`));
  const special = specialIPProblem(address);
  if (special) errors.push(invalid(indexed, address, special));
}

/** Two labels or more; the dot after the last one is optional. */
function checkFullName(errors: FieldError[], path: string, text: string): void {
  if (text === "") {
    errors.push(required(path));
    return;
  }
  const name = text.replace(/\.$/, "");
  const labels = name.split(".");
  const label = labels.find((each) => dnsLabel(each).length > 0);
  const problems = dnsSubdomain(name);
  if (problems.length > 0) errors.push(invalid(path, name, problems.join(",")));
  else if (labels.length < 2)
    errors.push(invalid(path, name, "should be a domain with at least two segments separated by dots"));
  else if (label !== undefined) errors.push(invalid(path, label, dnsLabel(label).join(",")));
}

function checkHints(
  errors: FieldError[],
  path: string,
  hints: readonly { readonly name: string }[] = [],
  problemsOf: (name: string) => readonly string[],
): void {
  if (hints.length > MAX_HINTS) {
    errors.push(tooMany(path, hints.length, MAX_HINTS));
    return;
  }
  hints.forEach(({ name = "" }, i) => {
    if (hints.findIndex((other) => (other.name ?? "") === name) < i) errors.push(duplicate(`${path}[${i}].name`, name));
    for (const problem of problemsOf(name)) errors.push(invalid(`${path}[${i}].name`, name, problem));
  });
}

function checkPorts(errors: FieldError[], ports: readonly EndpointPort[]): void {
  if (ports.length > MAX_PORTS) {
    errors.push(tooMany("ports", ports.length, MAX_PORTS));
    return;
  }
  const names = new Set<string>();
  ports.forEach(({ name = "", protocol, appProtocol }, i) => {
    const path = `ports[${i}]`;
    if (name !== "") for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.name`, name, problem));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
    if (protocol === undefined) errors.push(required(`${path}.protocol`));
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
    if (appProtocol !== undefined)
      for (const problem of qualifiedName(appProtocol))
        errors.push(invalid(`${path}.appProtocol`, appProtocol, problem));
  });
}

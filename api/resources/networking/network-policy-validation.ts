/** pkg/apis/networking/validation: NetworkPolicy. */
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../generated/networking.v1.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/labels-validation.ts";
import { portName, portNumber } from "../../machinery/names.ts";
import { isCIDR, isStrictSubset } from "../../machinery/network/ip.ts";
import { validateCidr } from "../../machinery/network/ip-validation.ts";

const PROTOCOLS = ["TCP", "UDP", "SCTP"];

export function validateNetworkPolicy({ spec }: NetworkPolicy): FieldError[] {
  const errors = validateLabelSelector(spec.podSelector, "spec.podSelector");
  spec.ingress?.forEach(({ ports, from }, i) => {
    checkRule(errors, `spec.ingress[${i}]`, ports, { field: "from", peers: from });
  });
  spec.egress?.forEach(({ ports, to }, i) => {
    checkRule(errors, `spec.egress[${i}]`, ports, { field: "to", peers: to });
  });
  const types = spec.policyTypes ?? [];
  if (types.length > 2) errors.push(invalid("spec.policyTypes", types, "may not specify more than two policyTypes"));
  else
    types.forEach((type, i) => {
      if (type !== "Ingress" && type !== "Egress")
        errors.push(notSupported(`spec.policyTypes[${i}]`, type, ["Ingress", "Egress"]));
    });
  return errors;
}

function checkRule(
  errors: FieldError[],
  path: string,
  ports: readonly NetworkPolicyPort[] | undefined,
  { field, peers }: { readonly field: string; readonly peers: readonly NetworkPolicyPeer[] | undefined },
): void {
  ports?.forEach((port, i) => {
    checkPort(errors, `${path}.ports[${i}]`, port);
  });
  peers?.forEach((peer, i) => {
    checkPeer(errors, `${path}.${field}[${i}]`, peer);
  });
}

function checkPort(errors: FieldError[], path: string, { protocol, port, endPort }: NetworkPolicyPort): void {
  if (protocol !== undefined && !PROTOCOLS.includes(protocol))
    errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
  const endPath = `${path}.endPort`;
  if (typeof port === "number") {
    for (const problem of portNumber(port)) errors.push(invalid(`${path}.port`, port, problem));
    if (endPort === undefined) return;
    // Kubernetes shows the beginning of the range, not its end.
    if (endPort < port) errors.push(invalid(endPath, port, "must be greater than or equal to `port`"));
    for (const problem of portNumber(endPort)) errors.push(invalid(endPath, endPort, problem));
  } else if (port !== undefined) {
    if (endPort !== undefined)
      errors.push(invalid(endPath, endPort, "may not be specified when `port` is non-numeric"));
    for (const problem of portName(port)) errors.push(invalid(`${path}.port`, port, problem));
  } else if (endPort !== undefined)
    errors.push(invalid(endPath, endPort, "may not be specified when `port` is not specified"));
}

function checkPeer(errors: FieldError[], path: string, peer: NetworkPolicyPeer): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  errors.push(...validateLabelSelector(podSelector, `${path}.podSelector`));
  errors.push(...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`));
  if (ipBlock) checkBlock(errors, `${path}.ipBlock`, ipBlock);
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, "must specify a peer"));
  else if (ipBlock && (podSelector || namespaceSelector))
    errors.push(forbidden(path, "may not specify both ipBlock and another peer"));
}

function checkBlock(errors: FieldError[], path: string, { cidr = "", except }: IPBlock): void {
  if (cidr === "") {
    errors.push(required(`${path}.cidr`));
    return;
  }
  errors.push(...validateCidr(cidr, `${path}.cidr`));
  // An ambiguous one is a range all the same, and may have been stored.
  if (!isCIDR(cidr)) return;
  except?.forEach((excepted, i) => {
    errors.push(...validateCidr(excepted, `${path}.except[${i}]`));
    if (isCIDR(excepted) && !isStrictSubset(excepted, cidr))
      errors.push(invalid(`${path}.except[${i}]`, excepted, "must be a strict subset of `cidr`"));
  });
}

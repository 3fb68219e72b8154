/** The host names under which a deployment publishes Ingresses and Services, if it has a domain for them. */

/** `spec.controller` of an IngressClass whose Ingresses the control plane itself serves. */
export const INGRESS_CONTROLLER = "sailplane.dev/ingress";
/** The class of that controller, which every cluster of such a deployment has. */
export const INGRESS_CLASS = "sailplane";
/** `spec.loadBalancerClass` of a Service to be published. */
export const LOAD_BALANCER_CLASS = "sailplane.dev/ingress";

export interface PublicName {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
}

/** `NAME.NAMESPACE.CLUSTER.DOMAIN`. */
export const publicHost = ({ name, namespace, cluster }: PublicName, domain: string): string =>
  `${name}.${namespace}.${cluster}.${domain}`;

/** An Ingress's name may contain dots; namespace and cluster cannot. Undefined: not in this domain. */
export function parsePublicHost(host: string, domain: string): PublicName | undefined {
  if (!host.endsWith(`.${domain}`)) return undefined;
  const [cluster, namespace, ...name] = host
    .slice(0, -domain.length - 1)
    .split(".")
    .reverse();
  if (cluster === undefined || namespace === undefined || name.length === 0) return undefined;
  return { name: name.reverse().join("."), namespace, cluster };
}

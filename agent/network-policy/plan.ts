/**
 * Which connections NetworkPolicies allow: a pure function of API objects, with the semantics of networking.k8s.io/v1.
 * docs/spec/network-policy.md has the rules.
 */
import type { Namespace, Pod } from "../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../api/generated/meta.v1.ts";
import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "../../api/generated/networking.v1.ts";
import { labelSelectorRequirements, labelsMatch } from "../../api/machinery/selectors/selector.ts";
import { initContainersOf, isSidecar } from "../pod-spec/containers.ts";
import { familyOf } from "../proxy/plan.ts";
import type { Family, Protocol } from "../proxy/rule-set.ts";
import type { Allowance, Direction, Gate, Peers, PolicyRules, Socket } from "./policy-rules.ts";

export interface PolicyFacts {
  readonly policies: readonly NetworkPolicy[];
  readonly namespaces: readonly Namespace[];
  /** Of all nodes. */
  readonly pods: readonly Pod[];
  readonly nodeName: string;
}

const DIRECTIONS: readonly Direction[] = ["ingress", "egress"];
const FINISHED: readonly (string | undefined)[] = ["Succeeded", "Failed"];

const keyOf = ({ metadata }: NetworkPolicy): string => `${metadata.namespace}/${metadata.name}`;
const byKey = (a: NetworkPolicy, b: NetworkPolicy): number => (keyOf(a) < keyOf(b) ? -1 : 1);
/** POLICY-HOST: a pod on its node's network has no address of its own, and a finished pod's address may be reused. */
const hasOwnAddress = ({ spec, status }: Pod): boolean => spec.hostNetwork !== true && !FINISHED.includes(status.phase);

export function planPolicies(facts: PolicyFacts): readonly [PolicyRules, PolicyRules] {
  const cluster = new PodFinder(facts);
  const policies = [...facts.policies].sort(byKey);
  const own = facts.pods.filter((pod) => pod.spec.nodeName === facts.nodeName && hasOwnAddress(pod));
  const groups = DIRECTIONS.flatMap((direction) => isolated(direction, own, policies));
  const rulesOf = (family: Family): PolicyRules => ({
    family,
    gates: groups.flatMap((group) => gateOf(group, { family, cluster })),
  });
  return [rulesOf(4), rulesOf(6)];
}

interface Group {
  readonly direction: Direction;
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly Pod[];
}

/** The node's pods that are isolated by some policy, grouped by those policies. */
function isolated(direction: Direction, pods: readonly Pod[], policies: readonly NetworkPolicy[]): Group[] {
  const speaking = policies.filter((policy) => speaksOf(policy, direction));
  const groups = new Map<string, { policies: readonly NetworkPolicy[]; pods: Pod[] }>();
  for (const pod of pods) {
    const chosen = speaking.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && selects(spec.podSelector ?? {}, pod.metadata.labels),
    );
    if (chosen.length === 0) continue;
    const id = chosen.map(keyOf).join("_");
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { policies: chosen, pods: [pod] });
    else group.pods.push(pod);
  }
  return [...groups.values()].map((group) => ({ direction, ...group }));
}

/** POLICY-TYPES: by default a policy applies to ingress, and to egress if it has egress rules. */
function speaksOf({ spec }: NetworkPolicy, direction: Direction): boolean {
  if (spec.policyTypes !== undefined) return spec.policyTypes.includes(direction === "ingress" ? "Ingress" : "Egress");
  return direction === "ingress" || (spec.egress ?? []).length > 0;
}

const selects = (selector: LabelSelector, labels: Readonly<Record<string, string>> | undefined): boolean =>
  labelsMatch(labelSelectorRequirements(selector), labels);

interface Scope {
  readonly family: Family;
  readonly cluster: PodFinder;
}

function gateOf({ direction, policies, pods }: Group, scope: Scope): Gate[] {
  const addresses = pods.flatMap((pod) => addressesOf(pod, scope.family));
  if (addresses.length === 0) return [];
  return [
    {
      id: `${direction}/${policies.map(keyOf).join("_")}`,
      direction,
      pods: addresses,
      allowances: policies.flatMap((policy) =>
        rulesFor(policy, direction).map((rule, i) =>
          allowanceOf(rule, { ...scope, policy, direction, pods, id: `${direction}/${keyOf(policy)}/${i}` }),
        ),
      ),
    },
  ];
}

interface Rule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

const rulesFor = ({ spec }: NetworkPolicy, direction: Direction): Rule[] =>
  direction === "ingress"
    ? (spec.ingress ?? []).map(({ from = [], ports = [] }: NetworkPolicyIngressRule) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to = [], ports = [] }: NetworkPolicyEgressRule) => ({ peers: to, ports }));

interface RuleScope extends Scope {
  readonly policy: NetworkPolicy;
  readonly direction: Direction;
  /** The gate's own. */
  readonly pods: readonly Pod[];
  readonly id: string;
}

function allowanceOf(rule: Rule, { family, cluster, policy, direction, pods, id }: RuleScope): Allowance {
  const namespace = policy.metadata.namespace ?? "";
  const others = cluster.peers(rule.peers, namespace);
  const peers: Peers = {
    addresses: [...new Set(others.flatMap((pod) => addressesOf(pod, family)))].sort(),
    blocks: rule.peers.flatMap(({ ipBlock }) =>
      ipBlock === undefined || familyOf(ipBlock.cidr) !== family
        ? []
        : [{ range: ipBlock.cidr, except: ipBlock.except ?? [] }],
    ),
  };
  const destinations = direction === "ingress" ? pods : rule.peers.length === 0 ? cluster.all : others;
  return {
    id,
    ...(rule.peers.length > 0 && { peers }),
    ...(rule.ports.length > 0 && {
      ports: {
        ranges: rule.ports.flatMap(({ protocol = "TCP", port, endPort }) =>
          typeof port === "string"
            ? []
            : [{ protocol: lower(protocol), ...(port !== undefined && { from: port, to: endPort ?? port }) }],
        ),
        sockets: rule.ports.flatMap(({ protocol = "TCP", port }) =>
          typeof port === "string"
            ? destinations.flatMap((pod) => socketsOf(pod, { family, protocol, name: port }))
            : [],
        ),
      },
    }),
  };
}

const lower = (protocol: string): Protocol => protocol.toLowerCase() as Protocol;

const addressesOf = ({ status }: Pod, family: Family): string[] =>
  (status.podIPs ?? []).map(({ ip }) => ip).filter((address) => familyOf(address) === family);

interface NamedPort {
  readonly family: Family;
  readonly protocol: string;
  readonly name: string;
}

/** Where a port of that name is, at each address of a pod. */
function socketsOf(pod: Pod, { family, protocol, name }: NamedPort): Socket[] {
  const ports = [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers]
    .flatMap(({ ports = [] }) => ports)
    .filter((port) => port.name === name && (port.protocol ?? "TCP") === protocol);
  return addressesOf(pod, family).flatMap((address) =>
    ports.map(({ containerPort }) => ({ address, protocol: lower(protocol), port: containerPort })),
  );
}

/** Pods by the selectors of policies' peers; each selector is evaluated once per namespace. */
class PodFinder {
  readonly all: readonly Pod[];
  readonly #labels: ReadonlyMap<string, Readonly<Record<string, string>>>;

  constructor({ pods, namespaces }: PolicyFacts) {
    this.all = pods.filter(hasOwnAddress);
    this.#labels = new Map(namespaces.map(({ metadata }) => [metadata.name ?? "", metadata.labels ?? {}]));
  }

  peers(peers: readonly NetworkPolicyPeer[], namespace: string): Pod[] {
    const questions = peers
      .filter(({ ipBlock }) => ipBlock === undefined)
      .map(({ podSelector, namespaceSelector }) => ({
        pods: labelSelectorRequirements(podSelector ?? {}),
        isIn: this.#namespaces(namespaceSelector, namespace),
      }));
    return this.all.filter(({ metadata }) =>
      questions.some(({ pods, isIn }) => isIn.has(metadata.namespace ?? "") && labelsMatch(pods, metadata.labels)),
    );
  }

  /** POLICY-PEERS: without a namespace selector, the policy's own namespace is meant. */
  #namespaces(selector: LabelSelector | undefined, own: string): ReadonlySet<string> {
    if (selector === undefined) return new Set([own]);
    return new Set([...this.#labels].filter(([, labels]) => selects(selector, labels)).map(([name]) => name));
  }
}

/** Terms of pod affinity: which pods a term selects, from the point of view of the pod that has it. */
import type { PodAffinityTerm } from "../../../api/generated/core.v1.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { labelSelectorRequirements, labelsMatch } from "../../../api/machinery/selectors/selector.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { PodMatcher } from "../cluster/pod-counts.ts";
import type { PodFacts } from "../cluster/pod-facts.ts";

export interface AffinityTerm {
  readonly topologyKey: string;
  readonly means: (pod: PodFacts) => boolean;
}

interface Compiled {
  readonly requirements: readonly Requirement[] | undefined;
  readonly namespaces: ReadonlySet<string>;
  readonly ofNamespaces: readonly Requirement[] | undefined;
}

const compiled = new WeakMap<PodAffinityTerm, Compiled>();

function compile(term: PodAffinityTerm): Compiled {
  let known = compiled.get(term);
  if (!known) {
    known = {
      requirements: term.labelSelector && labelSelectorRequirements(term.labelSelector),
      namespaces: new Set(term.namespaces ?? []),
      ofNamespaces: term.namespaceSelector && labelSelectorRequirements(term.namespaceSelector),
    };
    compiled.set(term, known);
  }
  return known;
}

/** Without namespaces, a term refers to its pod's namespace; without a selector, to no pod. */
export function affinityTerm(term: PodAffinityTerm, owner: PodFacts, cluster: Cluster): AffinityTerm {
  const { requirements, namespaces, ofNamespaces } = compile(term);
  const own = namespaces.size === 0 && !ofNamespaces;
  const coversNamespace = (namespace: string) =>
    own
      ? namespace === owner.namespace
      : namespaces.has(namespace) ||
        (ofNamespaces !== undefined && labelsMatch(ofNamespaces, namespaceLabels(cluster, namespace)));
  return {
    topologyKey: term.topologyKey,
    means: ({ namespace, labels }) =>
      requirements !== undefined && coversNamespace(namespace) && labelsMatch(requirements, labels),
  };
}

/** All of the terms as one matcher. */
export function matcherOf(terms: readonly PodAffinityTerm[], owner: PodFacts, cluster: Cluster): PodMatcher {
  const each = terms.map((term) => affinityTerm(term, owner, cluster));
  const identity = terms.map(({ labelSelector, namespaces, namespaceSelector }) => [
    labelSelector,
    namespaces,
    namespaceSelector,
  ]);
  return {
    id: `affinity ${owner.namespace} ${JSON.stringify(identity)}`,
    matches: (pod) => each.every(({ means }) => means(pod)),
  };
}

const namespaceLabels = (cluster: Cluster, name: string) => cluster.get("namespaces", "", name)?.metadata.labels;

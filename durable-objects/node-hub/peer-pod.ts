/**
 * What nodes that enforce NetworkPolicies are sent of the cluster's pods and namespaces, so that they can resolve the
 * policies' selectors.
 */
import type { Namespace, Pod } from "../../api/generated/core.v1.ts";
import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Attributes } from "../../api/machinery/selectors/requirement.ts";
import { type NodeChange, PEER_PODS } from "../../api/node/node-sync.ts";
import type { Change, Entry } from "../../api/store/store.ts";

/** A pod's labels, addresses and named ports, without what it runs. */
function asPeerPod({ metadata, spec, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, labels } = metadata;
  const named = spec.containers.map(({ name, ports = [] }) => ({
    name,
    ports: ports.filter((port) => port.name !== undefined),
  }));
  return {
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(labels !== undefined && { labels }),
    },
    spec: {
      ...(spec.nodeName !== undefined && { nodeName: spec.nodeName }),
      ...(spec.hostNetwork === true && { hostNetwork: true }),
      containers: named.filter(({ ports }) => ports.length > 0),
    },
    status: {
      ...(status.phase !== undefined && { phase: status.phase }),
      ...(status.podIPs !== undefined && { podIPs: status.podIPs }),
    },
  };
}

/** A namespace's labels. */
function asPeerNamespace({ metadata }: Namespace): KubeObject {
  const { name, uid, resourceVersion, labels } = metadata;
  return {
    metadata: {
      ...(name !== undefined && { name }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(labels !== undefined && { labels }),
    },
  };
}

export const peerPodOf = ({ text }: { readonly text: string }): NodeChange => ({
  type: "ADDED",
  resource: PEER_PODS,
  object: asPeerPod(readObject(text)),
});

export const peerNamespaceOf = ({ text }: Pick<Entry, "text">): NodeChange => ({
  type: "ADDED",
  resource: "namespaces",
  object: asPeerNamespace(readObject(text)),
});

const ADDRESSES = "status.podIPs";
/** Compares what policies look at. Named ports never change. */
const isSame = (a: Attributes, b: Attributes): boolean =>
  a.fields[ADDRESSES] === b.fields[ADDRESSES] &&
  a.fields["status.phase"] === b.fields["status.phase"] &&
  JSON.stringify(a.labels) === JSON.stringify(b.labels);

/** The change as policies see it; undefined if it makes no difference to them. */
export function peerChangeOf(change: Change): NodeChange | undefined {
  const { type, key, attributes, previous } = change;
  if (key.resource === "namespaces") return { ...peerNamespaceOf(change), type };
  if (key.resource !== "pods") return undefined;
  if ((attributes.fields[ADDRESSES] ?? "") === "" && (previous?.fields[ADDRESSES] ?? "") === "") return undefined;
  if (type === "MODIFIED" && previous !== undefined && isSame(attributes, previous)) return undefined;
  return { ...peerPodOf(change), type };
}

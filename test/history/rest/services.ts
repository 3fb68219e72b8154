import type { Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { includesLabels } from "../../../worker/controllers/label-selector.ts";
import { type ClusterState, keyOf } from "../cluster-state.ts";
import { hasEnded, isReady } from "../pods.ts";

const SERVICE_NAME = "kubernetes.io/service-name";

/** Slices, Endpoints and addresses are those of the Services and their pods. */
export function* services(state: ClusterState): Iterable<string> {
  for (const service of state.list("services")) {
    const { selector, publishNotReadyAddresses = false } = service.spec;
    if (!selector) continue;
    const pods = state
      .list("pods", service.metadata.namespace)
      .filter((pod) => includesLabels(pod.metadata.labels, selector) && pod.status.podIP && !hasEnded(pod));
    const published = (pod: Stored<Pod>) => publishNotReadyAddresses || isReady(pod);
    yield* slices(state, service, pods, published);
    yield* endpoints(state, service, pods.filter(published));
  }
  const given = state.list("services").flatMap(({ spec }) => (spec.clusterIPs ?? []).filter((each) => each !== "None"));
  const recorded = state.list("ipaddresses.networking.k8s.io").map(({ metadata }) => metadata.name);
  for (const address of recorded) if (!given.includes(address)) yield `${address} is recorded, but no Service's`;
  for (const address of given) if (!recorded.includes(address)) yield `${address} is a Service's, but not recorded`;
}

function* slices(
  state: ClusterState,
  service: Stored<Service>,
  pods: readonly Stored<Pod>[],
  published: (pod: Stored<Pod>) => boolean,
): Iterable<string> {
  const wanted = pods.map((pod) => `${pod.status.podIP} ${published(pod)} ${pod.metadata.name} ${pod.spec.nodeName}`);
  const found = state
    .list("endpointslices.discovery.k8s.io", service.metadata.namespace)
    .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === service.metadata.name)
    .flatMap((slice) => slice.endpoints ?? [])
    .map(({ addresses, conditions, targetRef, nodeName }) =>
      [addresses[0], conditions?.ready, targetRef?.name, nodeName].join(" "),
    );
  if (String(wanted.toSorted()) !== String(found.toSorted()))
    yield `slices of ${keyOf(service)} have ${found.toSorted()}, should have ${wanted.toSorted()}`;
}

function* endpoints(
  state: ClusterState,
  service: Stored<Service>,
  published: readonly Stored<Pod>[],
): Iterable<string> {
  const { namespace = "", name } = service.metadata;
  const found = state.get("endpoints", namespace, name)?.subsets?.flatMap(({ addresses = [] }) => addresses) ?? [];
  const wanted = [...new Set(published.map(({ status }) => status.podIP))].toSorted();
  const has = [...new Set(found.map(({ ip }) => ip))].toSorted();
  if (String(has) !== String(wanted)) yield `endpoints of ${keyOf(service)} have ${has}, should have ${wanted}`;
}

/** What is given out only once: Services' addresses and ports, volumes. */
import type { Service } from "../../../api/generated/core.v1.ts";
import { about, type Rule } from "../history.ts";
import { hasEnded } from "../pods.ts";

/** For how long the protection of a claim may not know of a pod (ms). */
const BEHIND_MS = 2000;

const addressesOf = ({ spec }: Service) => (spec.clusterIPs ?? []).filter((address) => address !== "None");
const portsOf = ({ spec }: Service) =>
  (spec.ports ?? []).flatMap(({ nodePort, protocol }) => (nodePort ? [`${nodePort}/${protocol}`] : []));

export const serviceAllocations = (): Rule =>
  about("services", function* ({ type, object, before }) {
    if (type === "DELETED") return;
    for (const other of before.list("services")) {
      if (other.metadata.uid === object.metadata.uid) continue;
      const { name, namespace } = other.metadata;
      for (const address of addressesOf(object))
        if (addressesOf(other).includes(address)) yield `${namespace}/${name} has the address ${address}, too`;
      for (const port of portsOf(object))
        if (portsOf(other).includes(port)) yield `${namespace}/${name} has the node port ${port}, too`;
    }
  });

export const volumeBindings = (): Rule =>
  about("persistentvolumes", function* ({ type, object, before }) {
    const claim = object.spec.claimRef?.uid;
    if (type === "DELETED" || claim === undefined || object.status.phase !== "Bound") return;
    for (const { metadata, spec, status } of before.list("persistentvolumes"))
      if (metadata.uid !== object.metadata.uid && spec.claimRef?.uid === claim && status.phase === "Bound")
        yield `${metadata.name} is bound to the same claim`;
  });

export const claimProtection = (): Rule =>
  about("persistentvolumeclaims", function* ({ type, object, at, before }) {
    if (type !== "DELETED") return;
    const { name } = object.metadata;
    for (const pod of before.list("pods", object.metadata.namespace)) {
      const uses = pod.spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === name);
      const isYoung = at - Date.parse(pod.metadata.creationTimestamp) < BEHIND_MS;
      if (uses && !isYoung && pod.spec.nodeName && !hasEnded(pod)) yield `${pod.metadata.name} uses it`;
    }
  });

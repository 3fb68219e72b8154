import { claimNamesOf } from "../cluster/claim-names.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { Plugin } from "../framework/plugin.ts";
import { CLAIMS } from "../volumes/pod-volumes.ts";

const NAME = "VolumeRestrictions";
const refusal: Refusal = {
  plugin: NAME,
  reasons: [
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
  ],
  resolvable: true,
};

/** A ReadWriteOncePod claim is for one pod at a time. */
export const volumeRestrictions: Plugin = {
  name: NAME,
  filter: (pod, cluster) => {
    // The first plugin that looks at claims reports missing ones.
    const missing = claimNamesOf(pod).find(
      ({ name, ephemeral }) => !ephemeral && !cluster.get(CLAIMS, pod.namespace, name),
    );
    if (missing)
      return { plugin: NAME, reasons: [`persistentvolumeclaim "${missing.name}" not found`], resolvable: false };
    const exclusive = claimNamesOf(pod)
      .map(({ name }) => name)
      .filter((name) => cluster.get(CLAIMS, pod.namespace, name)?.spec.accessModes?.includes("ReadWriteOncePod"));
    if (exclusive.length === 0) return undefined;
    let users = exclusive.reduce((sum, name) => sum + cluster.usersOfClaim(pod.namespace, name), 0);
    return {
      check: () => (users > 0 ? refusal : undefined),
      adjust: (other, _node, sign) => {
        if (other.namespace !== pod.namespace) return;
        for (const { name } of claimNamesOf(other)) if (exclusive.includes(name)) users += sign;
      },
    };
  },
  helps: (change, pod) => {
    if (change.kind === "node") return !change.previous;
    const uses = (claim: string) => claimNamesOf(pod).some(({ name }) => name === claim);
    if (change.kind === "object" && change.resource === CLAIMS) {
      const { namespace, name } = change.object.metadata;
      return !change.deleted && !change.previous && namespace === pod.namespace && uses(name);
    }
    return (
      change.kind === "assigned-pod-deleted" &&
      change.pod.namespace === pod.namespace &&
      claimNamesOf(change.pod).some(({ name }) => uses(name))
    );
  },
};

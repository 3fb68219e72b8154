/**
 * How many watches, sockets of many of them, and lists a client may have open (rules FAIR-WATCH, FAIR-LIST). In Kubernetes a watch takes a seat while it begins, and then
 * as many as there is memory for; here the memory is an object's, or that of the one process which is everything.
 */
import type { WatchShare } from "../../api/store/watch-share.ts";
import type { Requirement } from "../../api/store.ts";
import { MASTERS, type User } from "../auth/user.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import { settingsOf } from "../policy/cluster-settings.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";

/** A kubelet watches each Secret and ConfigMap of its pods; a controller some hundred kinds, or each of them in each namespace. */
const OF_HOLDER = 2000;
const OF_CLUSTER = 10_000;
/** What is selected by is looked at with each change: a watch counts once more for so many requirements and values. */
const TERMS = 100;
/** A tab of the dashboard has one. */
const SOCKETS_OF_HOLDER = 100;
const SOCKETS_OF_CLUSTER = 1000;
const LISTS_OF_HOLDER = 30;
const LISTS_OF_CLUSTER = 150;

interface Asking {
  readonly user: User;
  readonly cluster: string;
  readonly policy: PolicySnapshot;
}

export const watchShareOf = (asking: Asking, requirements: readonly Requirement[]): WatchShare => {
  const most = settingsOf(asking.policy)?.limits?.watches ?? OF_CLUSTER;
  const more = Math.floor(termsOf(requirements) / TERMS);
  return shareOf(asking, { ofHolder: OF_HOLDER, ofCluster: most, ...(more > 0 && { takes: 1 + more }) });
};

/** How much there is to be looked at of an object. */
export const termsOf = (requirements: readonly Requirement[]): number =>
  requirements.reduce((terms, { values }) => terms + Math.max(1, values.length), 0);

/** A list is open until its client has taken it, or left. */
export const listShareOf = (asking: Asking): WatchShare =>
  shareOf(asking, { ofHolder: LISTS_OF_HOLDER, ofCluster: LISTS_OF_CLUSTER });

export const socketShareOf = (asking: Asking): WatchShare =>
  shareOf(asking, { ofHolder: SOCKETS_OF_HOLDER, ofCluster: SOCKETS_OF_CLUSTER });

interface Bounds {
  readonly ofHolder: number;
  readonly ofCluster: number;
  readonly takes?: number;
}

/** Administrators are exempt, as they are of other bounds; the deployment's own cluster is not to suffer from the others. */
const shareOf = ({ user, cluster }: Asking, { ofHolder, ofCluster, takes }: Bounds): WatchShare => ({
  ...(!user.groups.includes(MASTERS) && {
    holder: { name: holderOf(user), most: ofHolder, ...(takes !== undefined && { takes }) },
  }),
  ...(cluster !== DEFAULT_CLUSTER && { most: ofCluster }),
});

/** The pods of a DaemonSet are one user, and each of them watches for itself. */
const BOUND_TO = ["authentication.kubernetes.io/pod-uid", "authentication.kubernetes.io/node-uid"];

const holderOf = ({ name, extra }: User): string => [name, ...BOUND_TO.flatMap((key) => extra?.[key] ?? [])].join(" ");

/**
 * How many watches, change sockets and lists a client may have open (rules FAIR-WATCH, FAIR-SOCKET, FAIR-LIST). In Kubernetes a
 * watch takes a seat while it begins, and after that watches are limited only by memory; here that is the memory of one
 * object, or of the one process that is everything.
 */

import type { Requirement } from "../../api/machinery/selectors/requirement.ts";
import type { WatchShare } from "../../api/store/watch-share.ts";
import { MASTERS, type User } from "../auth/user.ts";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import { settingsOf } from "../policy/cluster-settings.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";

/**
 * Enough for a kubelet that watches each Secret and ConfigMap of its pods, or a controller with some hundred kinds, or
 * kinds by namespace.
 */
const OF_HOLDER = 2000;
const OF_CLUSTER = 10_000;
/** A selector is evaluated with each change, so a watch counts once more for each so many requirements and values. */
const TERMS = 100;
/** A dashboard tab has one. */
const SOCKETS_OF_HOLDER = 100;
const SOCKETS_OF_CLUSTER = 1000;
const LISTS_OF_HOLDER = 30;
const LISTS_OF_CLUSTER = 150;

interface WatchRequester {
  readonly user: User;
  readonly cluster: string;
  readonly policy: PolicySnapshot;
}

export const watchShareOf = (requester: WatchRequester, requirements: readonly Requirement[]): WatchShare => {
  const most = settingsOf(requester.policy)?.limits?.watches ?? OF_CLUSTER;
  const more = Math.floor(termsOf(requirements) / TERMS);
  return shareOf(requester, { ofHolder: OF_HOLDER, ofCluster: most, ...(more > 0 && { takes: 1 + more }) });
};

/** The cost of evaluating a selector on an object. */
export const termsOf = (requirements: readonly Requirement[]): number =>
  requirements.reduce((terms, { values }) => terms + Math.max(1, values.length), 0);

/** A list is open until its client has read it, or left. */
export const listShareOf = (requester: WatchRequester): WatchShare =>
  shareOf(requester, { ofHolder: LISTS_OF_HOLDER, ofCluster: LISTS_OF_CLUSTER });

export const socketShareOf = (requester: WatchRequester): WatchShare =>
  shareOf(requester, { ofHolder: SOCKETS_OF_HOLDER, ofCluster: SOCKETS_OF_CLUSTER });

interface Bounds {
  readonly ofHolder: number;
  readonly ofCluster: number;
  readonly takes?: number;
}

/** Administrators are exempt, as from other limits. The deployment's own cluster must not suffer from the others. */
const shareOf = ({ user, cluster }: WatchRequester, { ofHolder, ofCluster, takes }: Bounds): WatchShare => ({
  ...(!user.groups.includes(MASTERS) && {
    holder: { name: holderOf(user), most: ofHolder, ...(takes !== undefined && { takes }) },
  }),
  ...(cluster !== DEFAULT_CLUSTER && { most: ofCluster }),
});

/** The pods of a DaemonSet share a user, but each of them has its own watches. */
const BOUND_TO = ["authentication.kubernetes.io/pod-uid", "authentication.kubernetes.io/node-uid"];

const holderOf = ({ name, extra }: User): string => [name, ...BOUND_TO.flatMap((key) => extra?.[key] ?? [])].join(" ");

/** What controllers know of their cluster beside its objects: its authority, its address ranges and its domain. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";

/** A domain whose hosts are served by this deployment. */
export interface PublicDomain {
  readonly domain: string;
  /** The cluster's name, which is part of its hosts. */
  readonly cluster: string;
  /** If it is not the default port. */
  readonly port?: number;
}

/** An object that every cluster has, in the form in which a client would create it. */
export interface StandingObject {
  readonly resource: GroupResource;
  readonly object: KubeObject;
}

/** Facts about the cluster. */
export interface ClusterFacts {
  /** The CA of the API server's certificate, PEM. */
  readonly caBundle: string;
  /** The ranges that node pod CIDRs are allocated from, one per family, such as `10.244.0.0/14`. */
  readonly podCidrs: readonly string[];
  readonly standing: readonly StandingObject[];
  /** Nodes' local volumes get a StorageClass, the default one, as soon as a node offers any. */
  readonly hasLocalClass: boolean;
  /** The domain under which the deployment publishes Ingresses and Services; absent: none. */
  readonly ingress?: PublicDomain;
}

import type { AuditLog } from "../durable-objects/audit-log.ts";
import type { ClusterKeys } from "../durable-objects/cluster-keys.ts";
import type { ClusterStore } from "../durable-objects/cluster-store.ts";
import type { controllerManagerClass } from "../durable-objects/controller-manager.ts";
import type { NodeHub } from "../durable-objects/node-hub.ts";
import type { Relay } from "../durable-objects/relay.ts";
import type { schedulerClass } from "../durable-objects/scheduler.ts";
import type { Tunnel } from "../durable-objects/tunnel.ts";
import type { WatchRelay } from "../durable-objects/watch-relay.ts";
import type { OwnApiBinding } from "./own-api.ts";

/**
 * The instances of a class that is bound to its wiring. Naming the class itself would drag in everything that it is
 * wired to.
 */
type ObjectOf<Bound extends (wire: never) => new (...of: never) => object> = InstanceType<ReturnType<Bound>>;

/** The Worker's bindings, as declared in wrangler.toml and the local server's configuration. */
export interface Env {
  readonly AUDIT_LOG: DurableObjectNamespace<AuditLog>;
  readonly CLUSTER_STORE: DurableObjectNamespace<ClusterStore>;
  readonly CLUSTER_KEYS: DurableObjectNamespace<ClusterKeys>;
  readonly NODE_HUB: DurableObjectNamespace<NodeHub>;
  readonly RELAY: DurableObjectNamespace<Relay>;
  readonly WATCH_RELAY: DurableObjectNamespace<WatchRelay>;
  readonly TUNNEL: DurableObjectNamespace<Tunnel>;
  readonly CONTROLLER_MANAGER: DurableObjectNamespace<ObjectOf<typeof controllerManagerClass>>;
  readonly SCHEDULER: DurableObjectNamespace<ObjectOf<typeof schedulerClass>>;
  /** The Worker's entry point OwnApi, for the control plane's calls of its own API. */
  readonly API: OwnApiBinding;
  /** The files of dist/dashboard: the page, the documentation of fields, the program of a node. */
  readonly ASSETS: Fetcher;
  /** Calls servers by URL with a choice of trusted CAs, where the platform's own fetch cannot. */
  readonly PINNED_CALLS?: Fetcher;
  /** `networks`: webhooks of clusters other than the default one may be in this machine's private networks. */
  readonly CLUSTERS_REACH?: "networks";
  /** Hex SHA-256 of the default cluster's administrator token. */
  readonly ADMIN_TOKEN_SHA256?: string;
  /** Set if the request came through the binding API, and so from the control plane itself. Not a binding. */
  readonly ownApi?: true;
  /** Trusted issuers of user tokens (apiserver.config.k8s.io/v1 AuthenticationConfiguration) as JSON. */
  readonly AUTHENTICATION_CONFIG?: string;
  /** An audit policy (audit.k8s.io/v1 Policy) as JSON; without it nothing is recorded. */
  readonly AUDIT_POLICY?: string;
  /** `IPv4:port` at which nodes and pods reach this server, if it has such an address. */
  readonly ADVERTISE_ADDRESS?: string;
  /** `true`: Services and pods may also have IPv6 addresses. */
  readonly DUAL_STACK?: string;
  /** The domain under which Ingresses and Services are published (docs/spec/ingress.md). */
  readonly INGRESS_DOMAIN?: string;
  /** Set if that is a plain HTTP port on this machine. */
  readonly INGRESS_PORT?: string;
  /** `off`: no StorageClass is created for nodes that offer local volumes. */
  readonly LOCAL_VOLUMES?: string;
  /** Which resources new clusters keep in store objects of their own: `events,leases` (docs/decisions/0011). */
  readonly SHARDS?: string;
  /** PEM of this server's own certificate authority, by which clients verify it, if it has one. */
  readonly CLUSTER_CA?: string;
}

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

/** What a class that is bound to its wiring makes: naming its own would lead through all that it is wired to. */
type ObjectOf<Bound extends (wire: never) => new (...of: never) => object> = InstanceType<ReturnType<Bound>>;

/** The Worker's bindings, as wrangler.toml and the local server's configuration declare them. */
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
  /** The Worker's entry point OwnApi, for what the control plane asks of its own API. */
  readonly API: OwnApiBinding;
  /** The files of dist/dashboard. */
  readonly ASSETS: Fetcher;
  /** What calls servers by URL, and can choose whom to trust, where the platform's own fetch cannot. */
  readonly PINNED_CALLS?: Fetcher;
  /** `networks`: webhooks of clusters beside the default one may be in this machine's private networks. */
  readonly CLUSTERS_REACH?: "networks";
  /** Hex SHA-256 of the default cluster's administrator token. */
  readonly ADMIN_TOKEN_SHA256?: string;
  /** The request came through the binding API, and so from the control plane itself. No binding sets this. */
  readonly ownApi?: true;
  /** Issuers that vouch for users (apiserver.config.k8s.io/v1 AuthenticationConfiguration) as JSON. */
  readonly AUTHENTICATION_CONFIG?: string;
  /** An audit policy (audit.k8s.io/v1 Policy) as JSON; without it nothing is recorded. */
  readonly AUDIT_POLICY?: string;
  /** `IPv4:port` by which nodes and pods reach this server, where it has such an address. */
  readonly ADVERTISE_ADDRESS?: string;
  /** `true`: Services and pods may have addresses of IPv6, too. */
  readonly DUAL_STACK?: string;
  /** The domain under which Ingresses and Services are shown to the world (docs/spec/ingress.md). */
  readonly INGRESS_DOMAIN?: string;
  /** Where that is a port of this machine's, of plain HTTP. */
  readonly INGRESS_PORT?: string;
  /** `off`: nodes that keep local volumes get them no StorageClass by themselves. */
  readonly LOCAL_VOLUMES?: string;
  /** What clusters that begin from now on keep in store objects of their own: `events,leases` (docs/decisions/0011). */
  readonly SHARDS?: string;
  /** PEM of the certificate authority that clients verify this server with, where it has one of its own. */
  readonly CLUSTER_CA?: string;
}

/**
 * What this node does for Services and pods' networks, as far as the machine allows: kernel rules, the pod network and
 * DNS; or only node ports. Follows the objects that the control plane sends to the node.
 */
import { errorMessage } from "../../api/error-message.ts";
import type { Namespace, Node, Pod, Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import type { NetworkPolicy, ServiceCIDR } from "../../api/generated/networking.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { internalAddresses } from "../../api/node/internal-addresses.ts";
import { PEER_PODS } from "../../api/node/node-sync.ts";
import type { ControlPlane } from "../control-plane/connection.ts";
import { Zone } from "../dns/zone.ts";
import type { Logger } from "../logger.ts";
import { KernelPolicies } from "../network-policy/kernel-policies.ts";
import { HealthChecks, planHealthChecks } from "../proxy/health-checks.ts";
import { KernelProxy } from "../proxy/kernel-proxy.ts";
import { NftSession } from "../proxy/nft-session.ts";
import { forwardedPlaces, NodePortForwarder } from "../proxy/node-port-forwarder.ts";
import { RulePlanner } from "../proxy/plan.ts";
import { hasNodePorts, ProxyStatus } from "../proxy/proxy-status.ts";
import type { RuleSet } from "../proxy/rule-set.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ApiServer } from "./api-proxy.ts";
import { chooseWays, type Ways } from "./choose-ways.ts";
import { HostApiProxy } from "./host-api-proxy.ts";
import { claimMachineNetwork } from "./machine-claim.ts";
import type { Way } from "./overlay/choose-way.ts";
import type { NetworkKey } from "./overlay/network-key.ts";
import { PodNetwork } from "./pod-network.ts";
import { podRangesOf } from "./pod-ranges.ts";

export interface ClusterNetworkOptions {
  readonly nodeName: string;
  readonly clusterDomain: string;
  readonly runtime: Runtime;
  readonly dataDirectory: string;
  readonly apiServer: ApiServer | undefined;
  readonly resolvers: () => readonly string[];
  readonly list: <T extends KubeObject>(resource: string) => readonly T[];
  /** This node's identity to other nodes. */
  readonly key: NetworkKey;
  readonly controlPlane: ControlPlane;
  /** From now on pods may be started. */
  readonly onReady: () => void;
  /** Other nodes are reached in other ways than before. */
  readonly onWays: () => void;
  readonly log: Logger;
}

const SLICES = "endpointslices.discovery.k8s.io";
const RANGES = "servicecidrs.networking.k8s.io";
const POLICIES = "networkpolicies.networking.k8s.io";
/** Resources that describe Services. */
const NAMED: readonly string[] = ["services", SLICES];
const FOLLOWED: readonly string[] = [...NAMED, "nodes", RANGES, POLICIES, PEER_PODS, "namespaces"];
const API_SERVICE = "default/kubernetes";
const ZONE_LABEL = "topology.kubernetes.io/zone";
/** Changes within this time (ms) are one transaction. */
const GATHER_MS = 5;
const RETRY_MS = 5000;
/** The kubelet's message while there is no CNI configuration. */
const NO_NETWORK =
  "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";

export class ClusterNetwork {
  readonly #options: ClusterNetworkOptions;
  readonly #nft = new NftSession();
  readonly #letGo: () => void;
  readonly #kernel: KernelProxy | undefined;
  readonly #policies: KernelPolicies | undefined;
  readonly #forwarder: NodePortForwarder | undefined;
  readonly #health: HealthChecks;
  readonly #status: ProxyStatus | undefined;
  readonly #planner = new RulePlanner();
  readonly #pods: PodNetwork | undefined;
  readonly #hostApiAccess: HostApiProxy | undefined;
  #zone: Zone | undefined;
  #zones = 0;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isStale = false;
  #isStopped = false;
  #isOpen = false;
  #lastError = "";
  #updatedAt = Date.now();
  #ways = "";

  /** Reports in one line what the machine does not allow. */
  static async open(options: ClusterNetworkOptions): Promise<ClusterNetwork> {
    const ways = await chooseWays(options);
    const { nodeName, dataDirectory } = options;
    const letGo = ways.proxy === "kernel" ? await claimMachineNetwork(`node ${nodeName} (${dataDirectory})`) : () => {};
    const network = new ClusterNetwork(options, { ...ways, letGo });
    // A restarted node knows its range and its Services: it must not become not ready for a moment.
    if (network.#isActive) await network.#run();
    network.#isOpen = true;
    return network;
  }

  private constructor(
    options: ClusterNetworkOptions,
    { directories, proxy, letGo }: Ways & { readonly letGo: () => void },
  ) {
    this.#options = options;
    this.#letGo = letGo;
    const { log } = options;
    this.#health = new HealthChecks(() => this.#lastError === "", log);
    if (proxy === "kernel") {
      this.#kernel = new KernelProxy(log, this.#nft);
      this.#status = new ProxyStatus(() => ({
        isUpToDate: this.#lastError === "",
        updatedAt: this.#updatedAt,
        isEligible: this.#isEligible,
      }));
      this.#policies = new KernelPolicies(log, this.#nft);
    } else if (proxy === "forwarder") this.#forwarder = new NodePortForwarder(log);
    if (directories === undefined && proxy === "kernel")
      this.#hostApiAccess = new HostApiProxy({ ...options, nft: this.#nft });
    if (directories !== undefined)
      this.#pods = new PodNetwork({
        ...options,
        directories,
        nft: this.#nft,
        zone: () => this.#currentZone(),
        onWays: () => this.#later(GATHER_MS),
      });
  }

  /** Whether the node may receive connections that are not for its own pods: not while it is being removed. */
  get #isEligible(): boolean {
    const own = this.#options.list<Node>("nodes").find(({ metadata }) => metadata.name === this.#options.nodeName);
    const goes = own?.spec.taints?.some(({ key }) => key === "ToBeDeletedByClusterAutoscaler");
    return goes !== true && own?.metadata.deletionTimestamp === undefined;
  }

  get #isActive(): boolean {
    return this.#kernel !== undefined || this.#forwarder !== undefined;
  }

  /** Why the node takes no pods yet. */
  get waiting(): string | undefined {
    return this.#pods?.isReady === false ? NO_NETWORK : undefined;
  }

  get dnsServers(): readonly string[] {
    return this.#pods?.dnsServers ?? [];
  }

  /** How the pods of each other node are reached; undefined if this agent does not decide it. */
  get ways(): ReadonlyMap<string, Way> | undefined {
    return this.#pods?.ways;
  }

  /** A node is waiting at the relay to this one. */
  called(peer: string): void {
    this.#pods?.called(peer);
  }

  /** An object of that resource has changed. */
  changed(resource: string): void {
    if (!FOLLOWED.includes(resource)) return;
    if (NAMED.includes(resource)) this.#zone = undefined;
    this.#later(GATHER_MS);
  }

  /** The kernel keeps its configuration: pods go on without the agent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#pods?.stop();
    await this.#hostApiAccess?.close().catch((error) => this.#options.log.warn(errorMessage(error)));
    this.#forwarder?.close();
    this.#health.close();
    this.#status?.close();
    this.#nft.close();
    this.#letGo();
  }

  #currentZone(): Zone {
    this.#zone ??= new Zone(
      {
        domain: this.#options.clusterDomain,
        services: this.#options.list<Service>("services"),
        slices: this.#options.list<EndpointSlice>(SLICES),
      },
      ++this.#zones,
    );
    return this.#zone;
  }

  #later(ms: number): void {
    if (!this.#isActive) return;
    this.#isStale = true;
    if (this.#isRunning || this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#run(), ms);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#isRunning = true;
    this.#isStale = false;
    let again = GATHER_MS;
    try {
      await this.#reconcile();
      this.#lastError = "";
      this.#updatedAt = Date.now();
    } catch (error) {
      const message = errorMessage(error);
      if (message !== this.#lastError) this.#options.log.warn(`the node's network is not as it should be: ${message}`);
      this.#lastError = message;
      this.#isStale = true;
      again = RETRY_MS;
    }
    this.#isRunning = false;
    if (this.#isStale) this.#later(again);
  }

  async #reconcile(): Promise<void> {
    const { list, nodeName, onReady, onWays } = this.#options;
    const nodes = list<Node>("nodes");
    const own = nodes.find(({ metadata }) => metadata.name === nodeName);
    const wasReady = this.#pods?.isReady;
    if (this.#pods !== undefined && own !== undefined) await this.#pods.setUp(podRangesOf(own));
    const hostApiProblem = own && (await this.#hostApiAccess?.open(own).catch((error: Error) => error));
    await this.#applyRules(nodes, own);
    // The other Services do not wait for it.
    if (hostApiProblem) throw hostApiProblem;
    if (this.#pods?.isReady !== true) return;
    await this.#pods.route(
      nodes,
      list<ServiceCIDR>(RANGES).flatMap(({ spec }) => spec.cidrs ?? []),
    );
    const ways = [...this.#pods.ways].join();
    const isNew = ways !== this.#ways;
    this.#ways = ways;
    if (!this.#isOpen) return;
    if (!wasReady) onReady();
    else if (isNew) onWays();
  }

  async #applyRules(nodes: readonly Node[], own: Node | undefined): Promise<void> {
    const { list, nodeName } = this.#options;
    const rules = this.#plan(nodes, own);
    const [services, slices] = [list<Service>("services"), list<EndpointSlice>(SLICES)];
    this.#health.apply(planHealthChecks({ services, slices, node: nodeName }));
    this.#status?.openToAll(hasNodePorts(services));
    this.#forwarder?.apply(forwardedPlaces(rules.v4, internalAddresses(own)));
    await this.#kernel?.apply(rules, { bridgeBypasses: this.#pods?.bridgeBypasses ?? false });
    await this.#policies?.apply({
      policies: list<NetworkPolicy>(POLICIES),
      namespaces: list<Namespace>("namespaces"),
      pods: list<Pod>(PEER_PODS),
      nodeName,
    });
  }

  #plan(nodes: readonly Node[], own: Node | undefined): RuleSet {
    const { list, nodeName } = this.#options;
    const way = this.#pods === undefined ? this.#hostApiAccess?.backend : this.#pods.apiBackend;
    return this.#planner.plan({
      services: list<Service>("services"),
      slices: list<EndpointSlice>(SLICES),
      node: {
        name: nodeName,
        zone: own?.metadata.labels?.[ZONE_LABEL] ?? "",
        addresses: internalAddresses(own),
      },
      podRanges: [...new Set(nodes.flatMap(podRangesOf))],
      ownRanges: this.#pods === undefined || own === undefined ? [] : podRangesOf(own),
      instead: new Map(way === undefined ? [] : [[API_SERVICE, way]]),
    });
  }
}

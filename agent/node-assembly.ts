/** What a node is made of, and who hears of whom. */
import { join, resolve } from "node:path";
import type { Asked } from "../api/asked.ts";
import type { Node } from "../api/generated/core.v1.ts";
import { type ApiClient, apiClientOver } from "../client/api-client.ts";
import { Admission } from "./admission/admission.ts";
import type { AgentOptions } from "./agent-options.ts";
import { AssignedPods } from "./assigned-pods.ts";
import type { ControlPlane } from "./connection.ts";
import { Housekeeping } from "./housekeeping.ts";
import { PullRecords } from "./images/pull-records.ts";
import type { Logger } from "./logger.ts";
import { apiServerOf } from "./network/api-door.ts";
import { ClusterNetwork } from "./network/cluster-network.ts";
import { loadNetworkKey, type NetworkKey } from "./network/overlay/network-key.ts";
import { machineIPv6 } from "./node/machine.ts";
import { nodeAddresses } from "./node/node-addresses.ts";
import { NodeEvents } from "./node/node-events.ts";
import { allocatableOf, KUBELET_VERSION, MAX_PODS, type NodeFacts, nodeLabels } from "./node/node-object.ts";
import { patchedResources } from "./node/patched-resources.ts";
import { readNodeFacts } from "./node/read-node-facts.ts";
import { Registrar } from "./node/registrar.ts";
import { RuntimeHealth } from "./node/runtime-health.ts";
import type { NodeApiFacts } from "./node-api/facts.ts";
import { answerNodeApi } from "./node-api/node-api.ts";
import { nodeApiFacts } from "./node-api/node-api-facts.ts";
import { ObjectCache } from "./objects.ts";
import { parseResolvConf } from "./pod/config/dns.ts";
import { ImagePuller } from "./pod/config/image-puller.ts";
import { PodRemains } from "./pod/pod-remains.ts";
import { PodWorkers } from "./pod/pod-workers.ts";
import { EventRecorder } from "./pod/status/events.ts";
import { LifeCounts } from "./pod/status/life-counts.ts";
import type { WorkerContext } from "./pod/worker-context.ts";
import { DEFAULT_THRESHOLDS, parseThresholds } from "./pressure/thresholds.ts";
import { ProbeCounts } from "./probes/probe-counts.ts";
import { readText } from "./read-text.ts";
import { OrphanSearch } from "./remove-orphans.ts";
import { Reports } from "./reports.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { runtimeClassHandlers } from "./runtime-class.ts";
import { StaticPods } from "./static-pods/static-pods.ts";
import { Tunnels } from "./streams/tunnels.ts";
import { VendorDrivers } from "./vendor-drivers.ts";
import { apiVolumeSources } from "./volumes/api-sources.ts";
import { imageMounts } from "./volumes/image-mounts.ts";
import { VolumeMemory } from "./volumes/volume-memory.ts";

const CLUSTER_DOMAIN = "cluster.local";
/** Its name before the slash is that of the manager of what it writes. */
const USER_AGENT = `kubelet/${KUBELET_VERSION} (linux) sailplane`;

export interface Parts {
  readonly runtime: Runtime;
  readonly controlPlane: ControlPlane;
  readonly log: Logger;
}

/** The parts of a node, wired: each is told of the others what it must know. */
export class NodeAssembly {
  readonly facts: NodeFacts;
  readonly client: ApiClient;
  readonly objects: ObjectCache;
  readonly workers = new PodWorkers();
  readonly pods: AssignedPods;
  readonly nodeApi: NodeApiFacts;
  readonly staticPods: StaticPods;
  readonly housekeeping: Housekeeping;
  readonly tunnels: Tunnels;
  readonly drivers: VendorDrivers;
  readonly memory: VolumeMemory;
  readonly registrar: Registrar;
  readonly orphans: OrphanSearch;
  readonly runtimeHealth: RuntimeHealth;
  /** Once it is open. */
  network: ClusterNetwork | undefined;
  readonly #options: AgentOptions;
  readonly #parts: Parts;
  readonly #networkKey: NetworkKey;
  readonly #ipv6 = machineIPv6();
  readonly #resolv = parseResolvConf(readText("/etc/resolv.conf"));
  readonly #admission: Admission;
  /** Thousands of simulated nodes have nothing to say. */
  readonly #events: NodeEvents | undefined;

  static async create(options: AgentOptions, parts: Parts): Promise<NodeAssembly> {
    return new NodeAssembly(options, parts, await readNodeFacts(options, parts.runtime));
  }

  private constructor(options: AgentOptions, parts: Parts, facts: NodeFacts) {
    this.#options = options;
    this.#parts = parts;
    this.facts = facts;
    const { controlPlane, runtime, log } = parts;
    const ask = (asked: Asked) =>
      controlPlane.ask({ ...asked, headers: { "user-agent": USER_AGENT, ...asked.headers } });
    this.client = apiClientOver(ask);
    // Each by itself: nothing else waits for the events that are told before it.
    const [events, others] = [new Reports(options.nodeName, ask), new Reports(options.nodeName, ask)];
    const reports = apiClientOver(others.now);
    this.#events = runtime.simulates === true ? undefined : new NodeEvents(this.client, options.nodeName);
    this.#networkKey = loadNetworkKey(options.dataDirectory);
    this.objects = new ObjectCache(join(options.dataDirectory, "objects"));
    const allocatable = () => allocatableOf({ ...facts, devices: this.drivers.amounts });
    const labels = nodeLabels(facts);
    this.staticPods = new StaticPods({
      directory: join(options.dataDirectory, "manifests"),
      nodeName: options.nodeName,
      client: this.client,
      log,
      onPod: (pod) => this.pods.follow(pod),
      onGone: (uid) => this.workers.get(uid)?.remove(),
      onMirror: (uid, mirror) => this.workers.get(uid)?.mirrored(mirror),
    });
    const pulls = new PullRecords(join(options.dataDirectory, "image-pulls.json"));
    this.housekeeping = new Housekeeping(
      {
        runtime,
        dataDirectory: options.dataDirectory,
        thresholds: parseThresholds(options.settings.evictionHard ?? DEFAULT_THRESHOLDS),
        pulls,
        workers: () => this.workers.all,
        onChange: () => void this.registrar.register(),
        tell: (news) => this.#events?.tell(news),
        log,
      },
      facts.images,
    );
    this.runtimeHealth = new RuntimeHealth({ runtime, onChange: () => void this.registrar.register(), log });
    const sources = apiVolumeSources(this.client, reports);
    this.drivers = new VendorDrivers({
      kubeletDirectory: resolve(options.settings.kubeletDir ?? join(options.dataDirectory, "kubelet")),
      dataDirectory: options.dataDirectory,
      nodeName: options.nodeName,
      client: this.client,
      sources,
      onChange: () => {
        void this.registrar.register();
        this.workers.objectsChanged();
      },
      register: () => this.registrar.register(),
      log,
    });
    const shared = {
      runtime,
      events: new EventRecorder(apiClientOver(events.event), options.nodeName),
      puller: new ImagePuller(runtime, pulls),
      probeCounts: new ProbeCounts(),
      lifeCounts: new LifeCounts(),
      objects: (namespace: string) => this.objects.of(namespace),
    };
    this.nodeApi = nodeApiFacts({
      options,
      machine: facts.machine,
      runtime,
      workers: this.workers,
      imageDirectory: () => this.housekeeping.imageDirectory,
      clusterDns: () => this.network?.dnsServers ?? [],
      clusterDomain: CLUSTER_DOMAIN,
      probes: shared.probeCounts,
      lives: shared.lifeCounts,
    });
    this.tunnels = new Tunnels({
      controlPlane,
      nodeName: options.nodeName,
      runtime,
      nodeApi: (path) => answerNodeApi(path, this.nodeApi),
      findPod: (namespace, name, uid) => this.workers.find(namespace, name, uid),
      log,
    });
    this.registrar = new Registrar({
      client: this.client,
      facts: () => this.#factsNow,
      tellMore: (node) => this.drivers.tell(node),
      onRegistered: (node, { isFirst, hasRebooted }) => {
        if (!isFirst) this.workers.objectsChanged();
        this.#events?.reported(node, { isFirst, hasRebooted });
        this.staticPods.registered(node);
        if (this.network?.waiting === undefined) options.onReady?.();
      },
      say: options.say,
      signal: options.signal,
    });
    this.#admission = new Admission({
      node: () => {
        const known = this.objects.get<Node>("nodes", "", options.nodeName);
        return {
          os: facts.machine.os,
          name: facts.name,
          labels: known?.metadata.labels ?? labels,
          taints: known?.spec.taints ?? facts.taints,
          allocatable: { ...allocatable(), ...patchedResources(known?.status ?? {}, this.drivers.amounts) },
          maxPods: MAX_PODS,
          appArmor: facts.machine.appArmor,
          strictGroups: runtime.features?.supplementalGroupsPolicy === true,
        };
      },
      pressures: () => this.housekeeping.pressures,
      devices: this.drivers.devices,
      others: (uid) => this.workers.others(uid),
      preempt: (pod) => this.workers.preempt(pod),
    });
    this.memory = new VolumeMemory(join(options.dataDirectory, "memory"), log);
    const context: WorkerContext = {
      ...shared,
      client: this.client,
      reports,
      sources,
      csi: this.drivers.csi,
      images: imageMounts(shared),
      memory: this.memory,
      dns: () => ({
        clusterServers: this.network?.dnsServers ?? [],
        clusterDomain: CLUSTER_DOMAIN,
        machine: this.#resolv,
      }),
      hostIPs: () => this.addresses,
      allocatable,
      devices: this.drivers.devices,
      claims: this.drivers.claims,
      memoryCapacity: facts.machine.memoryBytes,
      podsDirectory: join(options.dataDirectory, "pods"),
      logsDirectory: join(options.dataDirectory, "logs"),
      seccompDirectory: join(options.dataDirectory, "seccomp"),
      otherPods: (uid) => this.workers.others(uid),
      waitingForRoom: () => this.workers.waitingForRoom,
      admit: (pod, onAdmitted) => this.#admission.decide(pod, onAdmitted),
      handlerOf: runtimeClassHandlers(this.client),
      log,
    };
    this.pods = new AssignedPods({
      workers: this.workers,
      objects: this.objects,
      statics: this.staticPods,
      context,
      awaitsNetwork: () => this.network?.waiting !== undefined,
    });
    const { podsDirectory, logsDirectory, images, csi, memory, claims, devices } = context;
    this.orphans = new OrphanSearch({
      runtime,
      remains: new PodRemains({ podsDirectory, logsDirectory, images, csi, memory, claims, devices }),
      isKnown: (uid) => this.pods.isKnown(uid),
      log,
    });
  }

  /** By which the node is known. */
  get addresses(): readonly string[] {
    const node = this.objects.get<Node>("nodes", "", this.#options.nodeName);
    return nodeAddresses({ first: this.facts.addresses, ipv6: this.#ipv6 }, node);
  }

  get #factsNow(): NodeFacts {
    const { pressures, images } = this.housekeeping;
    const { amounts: devices, csi } = this.drivers;
    const ways = this.network?.ways;
    const network = ways && { key: this.#networkKey.publicKey, ways };
    const notReady = this.runtimeHealth.trouble ?? this.network?.waiting;
    const { addresses } = this;
    return { ...this.facts, addresses, pressures, images, devices, volumesInUse: csi.inUse, network, notReady };
  }

  /** Makes Services and its pods' network work, as well as the machine allows. */
  async openNetwork(): Promise<void> {
    const { controlPlane, runtime, log } = this.#parts;
    const { nodeName } = this.#options;
    this.network = await ClusterNetwork.open({
      nodeName,
      clusterDomain: CLUSTER_DOMAIN,
      runtime,
      dataDirectory: this.#options.dataDirectory,
      apiServer: apiServerOf(this.#options.connection),
      resolvers: this.#resolv.servers,
      key: this.#networkKey,
      controlPlane,
      list: (resource) => this.objects.list(resource),
      onReady: () => {
        this.pods.followAll();
        void this.registrar.register();
      },
      onWays: () => void this.registrar.register(),
      log,
    });
  }
}

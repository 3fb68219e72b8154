/** The parts of a node, and their wiring. */
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RECEIVED_OBJECTS } from "../api/node/local-node.ts";
import type { ApiClient } from "../client/api-client.ts";
import { Admission } from "./admission/admission.ts";
import type { AgentOptions } from "./agent-options.ts";
import { ObjectCache } from "./control-plane/objects.ts";
import { CLUSTER_DOMAIN } from "./dns/cluster-domain.ts";
import { Housekeeping } from "./housekeeping/housekeeping.ts";
import { OrphanSearch } from "./housekeeping/remove-orphans.ts";
import { ImagePuller } from "./images/image-puller.ts";
import { PullRecords } from "./images/pull-records.ts";
import { PodLogs } from "./logs/pod-logs.ts";
import type { ClusterNetwork } from "./network/cluster-network.ts";
import { loadNetworkKey, type NetworkKey } from "./network/overlay/network-key.ts";
import { MachineNetwork } from "./node/machine-network.ts";
import { type NodeClients, nodeClients } from "./node/node-clients.ts";
import type { NodeEvent } from "./node/node-events.ts";
import type { NodeFacts } from "./node/node-object.ts";
import { readNodeFacts } from "./node/read-node-facts.ts";
import { Registrar, type RegistrarOptions } from "./node/registrar.ts";
import { RuntimeHealth } from "./node/runtime-health.ts";
import type { NodeApiFacts } from "./node-api/facts.ts";
import { serveNodeApi } from "./node-api/node-api.ts";
import { nodeApiFacts } from "./node-api/node-api-facts.ts";
import { NodeNow } from "./node-now.ts";
import type { Parts } from "./parts.ts";
import { AssignedPods } from "./pod/assigned-pods.ts";
import { limitPodCgroup } from "./pod/pod-cgroup.ts";
import { PodRemains } from "./pod/pod-remains.ts";
import { PodWorkers } from "./pod/pod-workers.ts";
import { LifeCounts } from "./pod/status/life-counts.ts";
import type { WorkerContext } from "./pod/worker-context.ts";
import { evictionRules } from "./pressure/eviction-settings.ts";
import { ProbeCounts } from "./probes/probe-counts.ts";
import { runtimeClassHandlers } from "./runtime/runtime-class.ts";
import { Logind } from "./shutdown/logind.ts";
import { NodeShutdown } from "./shutdown/node-shutdown.ts";
import { shutdownPeriods } from "./shutdown/shutdown-periods.ts";
import { StaticPods } from "./static-pods/static-pods.ts";
import type { ServeContext } from "./streams/serve-context.ts";
import { Tunnels } from "./streams/tunnels.ts";
import { VendorDrivers } from "./vendor-drivers.ts";
import { type ApiVolumeSources, apiVolumeSources } from "./volumes/api-sources.ts";
import { imageMounts } from "./volumes/image-mounts.ts";
import { openLocalVolumes } from "./volumes/local/open-local-volumes.ts";
import { VolumeMemory } from "./volumes/volume-memory.ts";

/** The parts of a node, wired: each gets what it needs of the others. */
export class NodeAssembly {
  readonly facts: NodeFacts;
  readonly objects: ObjectCache;
  readonly workers = new PodWorkers((uid) => this.staticPods.ended(uid));
  readonly pods: AssignedPods;
  readonly nodeApi: NodeApiFacts;
  readonly staticPods: StaticPods;
  readonly housekeeping: Housekeeping;
  readonly streams: ServeContext;
  readonly tunnels: Tunnels;
  readonly drivers: VendorDrivers;
  readonly memory: VolumeMemory;
  readonly registrar: Registrar;
  readonly orphans: OrphanSearch;
  readonly runtimeHealth: RuntimeHealth;
  readonly shutdown: NodeShutdown;
  readonly machineNetwork: MachineNetwork;
  readonly now: NodeNow;
  readonly networkKey: NetworkKey;
  readonly localVolumes: ReturnType<typeof openLocalVolumes>;
  /** Set once it is open. */
  network: ClusterNetwork | undefined;
  onRegistered: RegistrarOptions["onRegistered"] = () => {};
  readonly #options: AgentOptions;
  readonly #parts: Parts;
  readonly #clients: NodeClients;
  readonly #sources: ApiVolumeSources;
  readonly #pulls: PullRecords;
  readonly #probeCounts = new ProbeCounts();
  readonly #lifeCounts = new LifeCounts();

  static async create(options: AgentOptions, parts: Parts): Promise<NodeAssembly> {
    return new NodeAssembly(options, parts, await readNodeFacts(options, parts.runtime));
  }

  /** Each part is built from those before it, and only uses those after it once all exist. */
  private constructor(options: AgentOptions, parts: Parts, facts: NodeFacts) {
    const { controlPlane, runtime, log } = parts;
    const { nodeName } = options;
    this.#options = options;
    this.#parts = parts;
    this.localVolumes = openLocalVolumes(options, parts);
    this.facts = { ...facts, localVolumes: this.localVolumes?.directory };
    this.#clients = nodeClients({ nodeName, controlPlane, runtime });
    this.networkKey = loadNetworkKey(options.dataDirectory);
    this.#sources = apiVolumeSources(this.client, this.#clients.reports);
    this.#pulls = new PullRecords(this.#inData("image-pulls.json"));
    this.objects = new ObjectCache(this.#inData(RECEIVED_OBJECTS));
    this.memory = new VolumeMemory(this.#inData("memory"), log);
    this.staticPods = this.#makeStaticPods();
    this.housekeeping = this.#makeHousekeeping();
    this.runtimeHealth = new RuntimeHealth({ runtime, onChange: () => void this.registrar.register(), log });
    this.shutdown = this.#makeShutdown();
    this.machineNetwork = new MachineNetwork({ onChange: () => void this.registrar.register() });
    this.drivers = this.#makeDrivers();
    this.now = new NodeNow({
      facts: this.facts,
      machineNetwork: this.machineNetwork,
      objects: this.objects,
      runtime,
      housekeeping: this.housekeeping,
      runtimeHealth: this.runtimeHealth,
      shutdown: this.shutdown,
      drivers: this.drivers,
      networkKey: this.networkKey,
      network: () => this.network,
    });
    this.nodeApi = this.#makeNodeApi();
    this.streams = {
      runtime,
      nodeApi: (path, method) => serveNodeApi(path, this.nodeApi, method),
      findPod: (namespace, name, uid) => this.workers.find(namespace, name, uid),
    };
    this.tunnels = new Tunnels({ ...this.streams, controlPlane, nodeName, log });
    this.registrar = this.#makeRegistrar();
    const context = this.#workerContext();
    this.pods = new AssignedPods({
      workers: this.workers,
      objects: this.objects,
      statics: this.staticPods,
      context,
      awaitsNetwork: () => this.network?.waiting !== undefined,
    });
    this.orphans = new OrphanSearch({
      runtime,
      remains: new PodRemains(context),
      isKnown: (uid) => this.pods.isKnown(uid),
      log,
    });
  }

  get client(): ApiClient {
    return this.#clients.client;
  }

  #inData(name: string): string {
    return join(this.#options.dataDirectory, name);
  }

  get #kubeletDirectory(): string {
    return resolve(this.#options.settings.kubeletDir ?? this.#inData("kubelet"));
  }

  #makeStaticPods(): StaticPods {
    return new StaticPods({
      directory: this.#inData("manifests"),
      nodeName: this.#options.nodeName,
      client: this.client,
      log: this.#parts.log,
      onPod: (pod) => this.pods.follow(pod),
      onGone: (uid) => this.workers.remove(uid),
      onMirror: (uid, mirror) => this.workers.get(uid)?.mirrored(mirror),
    });
  }

  #makeHousekeeping(): Housekeeping {
    const { dataDirectory, settings } = this.#options;
    const options = {
      runtime: this.#parts.runtime,
      dataDirectory,
      rules: evictionRules(settings),
      pulls: this.#pulls,
      workers: () => this.workers.all,
      onChange: () => void this.registrar.register(),
      lives: this.#lifeCounts,
      recordEvent: (event: NodeEvent) => this.#clients.nodeEvents?.record(event),
      log: this.#parts.log,
    };
    return new Housekeeping(options, this.facts.images);
  }

  #makeShutdown(): NodeShutdown {
    return new NodeShutdown({
      periods: shutdownPeriods(this.#options.settings),
      notice: new Logind(),
      workers: () => this.workers.all,
      onChange: () => void this.registrar.register(),
      recordEvent: (event) => this.#clients.nodeEvents?.record(event),
      file: join(this.#kubeletDirectory, "graceful_node_shutdown_state"),
      sleep: (ms) => sleep(ms, undefined, { ref: false }),
      log: this.#parts.log,
    });
  }

  #makeDrivers(): VendorDrivers {
    const { dataDirectory, nodeName } = this.#options;
    return new VendorDrivers({
      kubeletDirectory: this.#kubeletDirectory,
      dataDirectory,
      nodeName,
      client: this.client,
      sources: this.#sources,
      onChange: () => {
        void this.registrar.register();
        this.workers.objectsChanged();
      },
      onHealth: (uid) => this.workers.wake(uid),
      register: () => this.registrar.register(),
      pods: () => this.workers.pods,
      log: this.#parts.log,
    });
  }

  #makeNodeApi(): NodeApiFacts {
    return nodeApiFacts({
      options: this.#options,
      machine: this.facts.machine,
      runtime: this.#parts.runtime,
      workers: this.workers,
      imageDirectory: () => this.housekeeping.imageDirectory,
      clusterDns: () => this.network?.dnsServers ?? [],
      clusterDomain: CLUSTER_DOMAIN,
      probes: this.#probeCounts,
      lives: this.#lifeCounts,
      shutdown: () => this.shutdown.times,
      localVolumes: this.localVolumes,
      drivers: this.drivers,
      faults: this.#parts.faults,
      requests: this.#clients.requests,
    });
  }

  #makeRegistrar(): Registrar {
    const { onReady, print, signal } = this.#options;
    return new Registrar({
      client: this.client,
      facts: () => this.now.facts,
      publishDrivers: (node) => this.drivers.publish(node),
      onRegistered: (node, since) => {
        if (!since.isFirst) this.workers.objectsChanged();
        this.#clients.nodeEvents?.reported(node, since);
        this.staticPods.registered(node);
        this.onRegistered(node, since);
        if (this.network?.waiting === undefined) onReady?.();
      },
      print,
      signal,
    });
  }

  #workerContext(): WorkerContext {
    const { runtime, log } = this.#parts;
    const { csi, devices, claims } = this.drivers;
    const { podLogsDir, podMaxPids, seccompDefault = false } = this.#options.settings;
    const admission = new Admission({
      node: () => this.now.admitting,
      pressures: () => this.housekeeping.pressures,
      isShuttingDown: () => this.shutdown.trouble !== undefined,
      devices,
      others: (uid) => this.workers.others(uid),
      preempt: (pod) => this.workers.preempt(pod),
    });
    const shared = {
      runtime,
      events: this.#clients.podEvents,
      puller: new ImagePuller(runtime, this.#pulls),
      objects: (namespace: string) => this.objects.of(namespace),
    };
    return {
      ...shared,
      client: this.client,
      reports: this.#clients.reports,
      probeCounts: this.#probeCounts,
      lifeCounts: this.#lifeCounts,
      sources: this.#sources,
      csi,
      images: imageMounts(shared),
      memory: this.memory,
      dns: () => ({
        clusterServers: this.network?.dnsServers ?? [],
        clusterDomain: CLUSTER_DOMAIN,
        machine: this.machineNetwork.resolv,
      }),
      hostIPs: () => this.now.addresses,
      allocatable: () => this.now.allocatable,
      devices,
      claims,
      memoryCapacity: this.facts.machine.memoryBytes,
      limitPod: (pod) => limitPodCgroup(pod, runtime.cgroupDriver, podMaxPids),
      podsDirectory: this.#inData("pods"),
      logs: new PodLogs({ directory: this.#inData("logs"), collected: podLogsDir && resolve(podLogsDir) }),
      seccomp: { directory: this.#inData("seccomp"), isDefault: seccompDefault },
      otherPods: (uid) => this.workers.others(uid),
      waitingForRoom: () => this.workers.waitingForRoom,
      admit: (pod, onAdmitted) => admission.decide(pod, onAdmitted),
      handlerOf: runtimeClassHandlers(this.client),
      log,
    };
  }
}

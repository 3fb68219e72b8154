/** The life of a node: applies what the control plane sends, and serves requests about its pods. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Node, Pod } from "../api/generated/core.v1.ts";
import { LOCAL_SOCKET } from "../api/node/local-node.ts";
import type { NodeChange, NodeSync } from "../api/node/node-sync.ts";
import type { AgentOptions } from "./agent-options.ts";
import { reportContained } from "./contained-faults.ts";
import { Link } from "./control-plane/link.ts";
import { NodeDeletion } from "./control-plane/node-deletion.ts";
import { endPods } from "./end-pods.ts";
import { KubeletPort } from "./kubelet-port/kubelet-port.ts";
import { leaveCluster } from "./leave-cluster.ts";
import { openLocalApi } from "./local-api.ts";
import { isGivenUp, isMislabelled } from "./node/node-object.ts";
import { isToAllocate } from "./node/patched-resources.ts";
import { NodeAssembly } from "./node-assembly.ts";
import { openNetwork } from "./open-network.ts";
import type { Parts } from "./parts.ts";

/** Resources that pods refer to. */
const NAMED: ReadonlySet<string> = new Set(["configmaps", "secrets", "persistentvolumeclaims"]);

/** How long the control plane has to tell what has changed since the agent last ran. */
const FIRST_SYNC_MS = 2000;

export class NodeAgent {
  readonly #options: AgentOptions;
  readonly #parts: Parts;
  readonly #made: NodeAssembly;
  #link: Link | undefined;
  #isLeaving = false;
  /** Only if it was asked for. */
  #kubeletPort: KubeletPort | undefined;
  /** As last reported. */
  #addresses: string;
  #hasSynced = () => {};
  readonly #synced = new Promise<void>((resolve) => {
    this.#hasSynced = resolve;
  });

  static async create(options: AgentOptions, parts: Parts): Promise<NodeAgent> {
    return new NodeAgent(options, parts, await NodeAssembly.create(options, parts));
  }

  private constructor(options: AgentOptions, parts: Parts, made: NodeAssembly) {
    this.#options = options;
    this.#parts = parts;
    this.#made = made;
    this.#addresses = made.now.addresses.join();
  }

  async run(): Promise<void> {
    const made = this.#made;
    const { controlPlane, runtime, log } = this.#parts;
    const { nodeName, signal, settings } = this.#options;
    if (settings.podMaxPids !== undefined && runtime.cgroupDriver !== "cgroupfs")
      log.warn("--pod-max-pids limits nothing here: pods have no cgroups that the node manages");
    const stopListening = runtime.onChange((uid) => made.workers.wake(uid));
    made.network = await openNetwork(made, this.#options, this.#parts);
    if (runtime.simulates !== true) {
      await made.housekeeping.start();
      made.runtimeHealth.start();
      void made.shutdown.follow();
      await made.drivers.open();
    }
    made.machineNetwork.start();
    this.#openKubeletPort();
    await made.staticPods.start();
    const deletion = new NodeDeletion({
      objects: made.objects,
      onSync: (sync) => this.#sync(sync),
      isLeaving: () => this.#isLeaving,
      log,
      signal,
    });
    this.#link = new Link({
      controlPlane,
      nodeName,
      revision: () => made.objects.revision,
      onSync: (sync) => this.#sync(sync),
      onOtherLog: () => made.objects.forgetRevisions(),
      onTunnel: (call) => void made.tunnels.serve(call),
      onRequest: (frame, replies) => void made.tunnels.answer(frame, replies),
      onRelay: ({ peer }) => made.network?.called(peer),
      usage: () => made.nodeApi.meter.read(),
      onUp: () => {
        deletion.revoke();
        void made.registrar.register();
      },
      onDeleted: () => deletion.begin(),
      onLost: () => made.tunnels.cut(),
      broken: () => made.tunnels.broken,
      log,
      signal,
    });
    made.tunnels.onBroken = () => this.#link?.tellBroken();
    const local = this.#openLocalApi();
    const linked = Promise.all([made.registrar.register(), this.#link.run()]);
    // Known pods run on, whether or not the control plane answers.
    await Promise.race([this.#synced, linked, sleep(FIRST_SYNC_MS, undefined, { ref: false })]);
    made.pods.begin();
    await linked;
    local.close();
    await made.objects.close();
    stopListening();
  }

  #openKubeletPort(): void {
    const { streams: context, client } = this.#made;
    const { controlPlane, log } = this.#parts;
    const { nodeName, settings } = this.#options;
    const { kubeletPort: port } = settings;
    if (port === undefined) return;
    const opened = new KubeletPort({ port, nodeName, controlPlane, client, context, log });
    this.#kubeletPort = opened;
    this.#made.onRegistered = (node) => opened.follow(node);
  }

  #openLocalApi() {
    const made = this.#made;
    const { controlPlane, runtime, log } = this.#parts;
    const { nodeName, dataDirectory, onLeft } = this.#options;
    return openLocalApi({
      socket: join(dataDirectory, LOCAL_SOCKET),
      runtime,
      log,
      pods: () => made.workers.pods,
      status: () => {
        const awaySince = this.#link?.awaySince;
        const clockSkewMs = this.#link?.clockSkewMs ?? 0;
        return {
          node: nodeName,
          server: controlPlane.server,
          runtime: made.facts.runtimeVersion,
          ...(awaySince === undefined ? {} : { awaySince }),
          ...(clockSkewMs === 0 ? {} : { clockSkewMs }),
          pressures: [...made.housekeeping.pressures],
          pods: made.workers.all.length,
          ...(made.localVolumes && { volumes: made.localVolumes.use }),
        };
      },
      leave: async ({ seconds }, print) => {
        const pods = () => made.workers.pods;
        const { client, localVolumes: volumes } = made;
        this.#isLeaving = true;
        try {
          await leaveCluster({ client, controlPlane, nodeName, pods, print, seconds, volumes });
        } catch (error) {
          this.#isLeaving = false;
          throw error;
        }
        await endPods(runtime);
        onLeft?.();
      },
    });
  }

  async stop(): Promise<void> {
    const made = this.#made;
    made.orphans.stop();
    made.staticPods.stop();
    made.housekeeping.stop();
    made.runtimeHealth.stop();
    made.shutdown.stop();
    made.machineNetwork.stop();
    this.#kubeletPort?.close();
    made.drivers.close();
    made.workers.stop();
    await made.network?.stop();
    await made.memory.close();
  }

  /**
   * Extended resources may be patched into the node's capacity by whoever counts them; its pod CIDRs tell which address
   * families it has.
   */
  #followNode(node: Node): void {
    if (node.metadata.name !== this.#options.nodeName) return;
    const addresses = this.#made.now.addresses.join();
    const isNew = addresses !== this.#addresses;
    this.#addresses = addresses;
    const { drivers, facts, registrar } = this.#made;
    const isUntold = isToAllocate(node.status, drivers.amounts) || isMislabelled(node, facts.machine);
    if (isNew || isUntold || isGivenUp(node)) void registrar.register();
  }

  #apply({ type, resource, object }: NodeChange): void {
    const made = this.#made;
    made.network?.changed(resource);
    if (resource === "pods") {
      if (type === "DELETED") made.pods.gone(object as Pod);
      else made.pods.follow(object as Pod);
    } else if (resource === "nodes" && type !== "DELETED") this.#followNode(object as Node);
  }

  #sync(sync: NodeSync): void {
    const made = this.#made;
    const touched = new Set<string>();
    for (const change of made.objects.apply(sync)) {
      const { resource, object } = change;
      if (NAMED.has(resource)) touched.add(object.metadata.namespace ?? "");
      try {
        this.#apply(change);
      } catch (error) {
        // One object must not keep the node from all others.
        reportContained(`a change of ${resource} ${object.metadata.namespace ?? ""}/${object.metadata.name}`, error);
      }
    }
    made.workers.objectsChanged(touched);
    made.orphans.begin();
    this.#hasSynced();
  }
}

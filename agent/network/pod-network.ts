/**
 * The network of this node's pods, if the agent manages it: a bridge, CNI's configuration, routes to other nodes, and
 * the services that listen on the bridge. The rules are in docs/spec/pod-network.md.
 */
import { resolve } from "node:path";
import { errorMessage } from "../../api/error-message.ts";
import type { Node } from "../../api/generated/core.v1.ts";
import type { ControlPlane } from "../control-plane/connection.ts";
import { DnsServer } from "../dns/server.ts";
import type { Zone } from "../dns/zone.ts";
import type { Logger } from "../logger.ts";
import type { NftSession } from "../proxy/nft-session.ts";
import type { Backend } from "../proxy/rule-set.ts";
import type { NetworkDirectories } from "../runtime/runtime.ts";
import { ApiProxy, type ApiProxyOptions } from "./api-proxy.ts";
import { makeBridge } from "./bridge.ts";
import { cniConfig, gatewayOf } from "./cni-config.ts";
import { hasPlugin, writeConfiguration } from "./cni-directory.ts";
import type { Way } from "./overlay/choose-way.ts";
import type { NetworkKey } from "./overlay/network-key.ts";
import { Overlay } from "./overlay/overlay.ts";
import { peersOf } from "./overlay/peer.ts";
import { planRoutes, Routes } from "./routes.ts";

export interface PodNetworkOptions extends ApiProxyOptions {
  readonly directories: NetworkDirectories;
  readonly dataDirectory: string;
  readonly controlPlane: ControlPlane;
  readonly zone: () => Zone;
  /** The machine's resolvers. */
  readonly resolvers: () => readonly string[];
  /** This node's identity to other nodes. */
  readonly key: NetworkKey;
  /** Other nodes are to be reached in other ways than before. */
  readonly onWays: () => void;
  readonly nft: NftSession;
}

export class PodNetwork {
  readonly #options: PodNetworkOptions;
  readonly #routes: Routes;
  #ranges = "";
  #dns: DnsServer | undefined;
  #apiListener: ApiProxy | undefined;
  #overlay: Overlay | undefined;
  #ways: ReadonlyMap<string, Way> = new Map();
  #bridgeBypasses = false;
  #gateway: string | undefined;

  constructor(options: PodNetworkOptions) {
    this.#options = options;
    this.#routes = new Routes(options.log);
  }

  /** Whether pods may be started. */
  get isReady(): boolean {
    return this.#ranges !== "";
  }

  get bridgeBypasses(): boolean {
    return this.#bridgeBypasses;
  }

  get dnsServers(): readonly string[] {
    return this.#dns === undefined || this.#gateway === undefined ? [] : [this.#gateway];
  }

  /** Where connections to the API server's Service are led. */
  get apiBackend(): Backend | undefined {
    return this.#apiListener?.backend;
  }

  /** Does nothing without ranges, which the control plane assigns. */
  async setUp(ranges: readonly string[]): Promise<void> {
    const text = ranges.join(" ");
    if (text === this.#ranges || ranges[0] === undefined) return;
    const { directories, dataDirectory, log } = this.#options;
    this.#bridgeBypasses = !(await makeBridge(ranges)).isFiltered;
    if (this.#bridgeBypasses)
      log.warn("network policies hold between nodes only: the kernel lacks br_netfilter (modprobe br_netfilter)");
    await this.#listen(gatewayOf(ranges[0]).address, log);
    this.#overlay ??= await this.#openOverlay();
    // This comes last: the runtime starts pods as soon as it exists.
    writeConfiguration(
      directories,
      cniConfig({
        podRanges: ranges,
        ipamDirectory: resolve(dataDirectory, "addresses"),
        hasPortmap: hasPlugin(directories, "portmap"),
      }),
    );
    this.#ranges = text;
  }

  /** How each other node's pods are reached. */
  get ways(): ReadonlyMap<string, Way> {
    return this.#ways;
  }

  /** A node is waiting at the relay to this one. */
  called(peer: string): void {
    this.#overlay?.called(peer);
  }

  async #openOverlay(): Promise<Overlay | undefined> {
    const { nodeName, key, controlPlane, onWays, nft, log } = this.#options;
    const dial = (path: string) => controlPlane.webSocket(path);
    try {
      return await Overlay.open({ nodeName, key, dial, onChange: onWays, nft, log });
    } catch (error) {
      log.warn(`pods reach those of other nodes by plain routes only: ${errorMessage(error)}`);
      return undefined;
    }
  }

  async #listen(gateway: string, log: Logger): Promise<void> {
    const { zone, resolvers } = this.#options;
    this.#closeListeners();
    this.#gateway = gateway;
    const upstream = () => resolvers().filter((server) => server !== gateway);
    this.#dns = await DnsServer.open(gateway, { zone, upstream }).catch((error: Error) => {
      log.warn(`pods resolve names as this machine does: ${error.message}`);
      return undefined;
    });
    this.#apiListener = await ApiProxy.open(gateway, this.#options);
  }

  /** Routes to the pods of other nodes, and to Services if the machine has no route for them. */
  async route(nodes: readonly Node[], serviceRanges: readonly string[]): Promise<void> {
    const { nodeName: own } = this.#options;
    const overlay = this.#overlay;
    const peers = peersOf(nodes, own);
    await overlay?.follow(peers, this.#ranges.split(" "));
    this.#ways = new Map(overlay === undefined ? [] : peers.map(({ name }) => [name, overlay.wayTo(name)]));
    await this.#routes.apply(
      planRoutes({ nodes, own, ...(overlay && { wayTo: (name: string) => overlay.wayTo(name) }) }),
    );
    const families = new Set(this.#ranges.split(" ").map((range) => range.includes(":")));
    await this.#routes.leadToServices(serviceRanges.filter((range) => families.has(range.includes(":"))));
  }

  stop(): void {
    this.#overlay?.close();
    this.#overlay = undefined;
    this.#closeListeners();
  }

  #closeListeners(): void {
    this.#dns?.close();
    this.#apiListener?.close();
    this.#dns = undefined;
    this.#apiListener = undefined;
  }
}

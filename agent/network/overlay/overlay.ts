/**
 * Reaches the pods of nodes that plain routes do not: by VXLAN if UDP passes between the nodes, and through the control
 * plane if nothing does. The rules are in docs/spec/pod-network.md.
 */
import { createSocket, type Socket } from "node:dgram";
import type { WebSocket } from "ws";
import { run } from "../../command.ts";
import { containFaults } from "../../contained-faults.ts";
import type { Logger } from "../../logger.ts";
import { KernelTable } from "../../proxy/kernel-table.ts";
import type { NftSession } from "../../proxy/nft-session.ts";
import { steadyNow } from "../../steady-now.ts";
import { gatewayOf } from "../cni-config.ts";
import { endOf, ipv4Of } from "../pod-ranges.ts";
import { completeChecksum } from "./checksum.ts";
import type { Way } from "./choose-way.ts";
import {
  AGENT_PORT,
  addDevice,
  changeRule,
  guardOf,
  linesOfBridge,
  linesOfIp,
  OVERLAY,
  VXLAN_FLAGS,
  VXLAN_PORT,
} from "./device.ts";
import { destinationOf } from "./frames.ts";
import type { NetworkKey } from "./network-key.ts";
import { bridgeOf, macOf, type Peer } from "./peer.ts";
import { type FrameEnd, frameOfProbe } from "./probe-frame.ts";
import type { ProbedWay } from "./probe-message.ts";
import { Prober } from "./prober.ts";
import { RelayLink } from "./relay-link.ts";

const LOOPBACK = "127.0.0.1";
const RECEIVE_BYTES = 4 * 1024 * 1024;
/** A machine may move to another network. */
const LOOK_MS = 60_000;
/** The delay after a relay failed to connect. */
const REDIAL_MS = 2000;

export interface OverlayOptions {
  readonly nodeName: string;
  readonly key: NetworkKey;
  /** Opens a WebSocket to the control plane. */
  readonly dial: (path: string) => WebSocket;
  readonly onChange: () => void;
  readonly nft: NftSession;
  readonly log: Logger;
}

export class Overlay {
  readonly #options: OverlayOptions;
  readonly #socket: Socket;
  readonly #toKernel: Socket;
  readonly #prober: Prober;
  readonly #guard: KernelTable;
  readonly #relays = new Map<string, RelayLink>();
  readonly #refused = new Map<string, number>();
  readonly #neighbours = new Map<string, { readonly isNeighbour: boolean; readonly at: number }>();
  #ownEnd: FrameEnd | undefined;
  #peers = new Map<string, Peer>();
  #byMac = new Map<string, Peer>();
  #applied: Readonly<Record<"ip" | "bridge", string>> = { ip: "", bridge: "" };

  /** Fails if the kernel has no VXLAN, or the port is taken. */
  static async open(options: OverlayOptions): Promise<Overlay> {
    await run("ip", ["link", "show", "dev", OVERLAY]).catch(() => run("ip", addDevice().split(" ")));
    await run("ip", changeRule("del").split(" ")).catch(() => {});
    await run("ip", changeRule("add").split(" "));
    const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BYTES });
    const toKernel = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(AGENT_PORT, resolve);
    });
    // On a connected socket, a datagram costs half: nothing is looked up for it.
    await new Promise<void>((resolve) => toKernel.connect(VXLAN_PORT, LOOPBACK, resolve));
    return new Overlay(options, { socket, toKernel });
  }

  private constructor(
    options: OverlayOptions,
    { socket, toKernel }: { readonly socket: Socket; readonly toKernel: Socket },
  ) {
    const { nodeName, key, onChange, nft, log } = options;
    this.#options = options;
    this.#socket = socket;
    this.#toKernel = toKernel;
    this.#guard = new KernelTable(log, nft);
    this.#prober = new Prober({
      own: nodeName,
      key,
      send: (message, by, peer) => this.#probe(message, by, peer),
      onChange,
    });
    for (const each of [socket, toKernel]) each.on("error", () => {});
    containFaults(socket, "a datagram of another node", () => {});
    socket.on("message", (message) => {
      if (message[0] === VXLAN_FLAGS) this.#carry(message);
      else this.#prober.receive(message);
    });
  }

  wayTo(name: string): Way {
    return this.#prober.wayTo(name);
  }

  /** Makes the kernel send to these nodes in the ways that work now. */
  async follow(peers: readonly Peer[], ownRanges: readonly string[]): Promise<void> {
    const reachable = peers.filter(({ publicKey }) => publicKey !== undefined);
    const names = new Set(reachable.map(({ name }) => name));
    const requested = await Promise.all(
      peers.map(async (peer) => ({ peer, isNeighbour: await this.#isNeighbour(peer.address) })),
    );
    this.#prober.follow(requested);
    const range = ipv4Of(ownRanges);
    this.#ownEnd = range === undefined ? undefined : { mac: macOf(this.#options.nodeName), address: endOf(range) };
    const state = {
      own: { name: this.#options.nodeName, ranges: ownRanges, bridge: range && gatewayOf(range).address },
      peers: requested
        .filter(({ peer }) => names.has(peer.name))
        .map((each) => ({ ...each, way: this.wayTo(each.peer.name) })),
    };
    await this.#guard.apply(guardOf(state));
    const [ip, bridge] = [linesOfIp(state).join("\n"), linesOfBridge(state).join("\n")];
    if (ip !== this.#applied.ip) await run("ip", ["-batch", "-"], `${ip}\n`);
    if (bridge !== this.#applied.bridge) await run("bridge", ["-batch", "-"], `${bridge}\n`);
    this.#applied = { ip, bridge };
    // Frames are accepted only from here on, after the guard is in place.
    this.#peers = new Map(reachable.map((peer) => [peer.name, peer]));
    this.#byMac = new Map(reachable.map((peer) => [peer.mac.replaceAll(":", ""), peer]));
    for (const [name, relay] of this.#relays) if (!names.has(name)) relay.close();
  }

  /** That node is waiting at the relay. */
  called(name: string): void {
    this.#refused.delete(name);
    this.#relayTo(name);
  }

  #relayTo(name: string): RelayLink | undefined {
    const known = this.#relays.get(name);
    const peer = this.#peers.get(name);
    if (known !== undefined || peer?.publicKey === undefined) return known;
    if (steadyNow() - (this.#refused.get(name) ?? Number.NEGATIVE_INFINITY) < REDIAL_MS) return undefined;
    const { nodeName, key, dial } = this.#options;
    const path = `/sailplane/v1/relays/${encodeURIComponent(name)}?node=${encodeURIComponent(nodeName)}`;
    const relay = new RelayLink({
      own: { name: nodeName, key },
      peer: { name, publicKey: peer.publicKey },
      dial: () => dial(path),
      deliver: (frame) => this.#toKernel.send(frame),
      onClose: (why) => {
        this.#relays.delete(name);
        if (why === "lost") this.#refused.set(name, steadyNow());
      },
    });
    this.#relays.set(name, relay);
    return relay;
  }

  /** The kernel keeps its configuration; relaying ends with the agent. */
  close(): void {
    this.#prober.close();
    for (const relay of this.#relays.values()) relay.close();
    this.#socket.close();
    this.#toKernel.close();
  }

  #probe(probe: Buffer, by: ProbedWay, peer: Peer): void {
    const { bytes, port, address } = this.#datagramOf(probe, by, peer);
    if (address !== undefined) this.#socket.send(bytes, port, address, () => {});
  }

  #datagramOf(probe: Buffer, by: ProbedWay, peer: Peer) {
    if (by === "route") return { bytes: probe, port: AGENT_PORT, address: bridgeOf(peer) };
    const [own, other] = [this.#ownEnd, ipv4Of(peer.ranges)];
    const { address, mac } = peer;
    // Without IPv4 among pods, probes are sent as plain datagrams between the agents.
    if (own === undefined || other === undefined) return { bytes: probe, port: AGENT_PORT, address };
    return { bytes: frameOfProbe(probe, { from: own, to: { mac, address: endOf(other) } }), port: VXLAN_PORT, address };
  }

  #carry(frame: Buffer): void {
    const peer = this.#byMac.get(destinationOf(frame) ?? "");
    if (peer === undefined) return;
    completeChecksum(frame);
    this.#relayTo(peer.name)?.send(frame);
  }

  async #isNeighbour(address: string | undefined): Promise<boolean> {
    if (address === undefined) return false;
    const known = this.#neighbours.get(address);
    if (known !== undefined && steadyNow() - known.at < LOOK_MS) return known.isNeighbour;
    const isNeighbour = await run("ip", ["-j", "route", "get", address]).then(leadsThere, () => false);
    this.#neighbours.set(address, { isNeighbour, at: steadyNow() });
    return isNeighbour;
  }
}

/** Directly: through no router, and to another machine. */
function leadsThere(text: string): boolean {
  const [route] = JSON.parse(text) as { readonly gateway?: string; readonly via?: unknown; readonly type?: string }[];
  return route !== undefined && route.gateway === undefined && route.via === undefined && route.type !== "local";
}

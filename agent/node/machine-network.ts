/**
 * The machine's addresses and resolvers. Both change while the agent runs: it may start before the machine has a network, and laptops
 * move from one to another.
 */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { readText } from "../files/read-text.ts";
import type { DnsConfig } from "../runtime/sandbox.ts";
import type { MachineAddresses } from "./node-addresses.ts";
import { parseResolvConf } from "./resolv-conf.ts";

/** The interval at which a kubelet reports its addresses. */
const LOOK_MS = 10_000;
/** The same while the machine has no address: those of an interface are not seen in the second in which it comes up. */
const SOON_MS = 1000;
const LOOPBACK = "127.0.0.1";

/** The interface of the default route, if the kernel reports it. */
function defaultInterface(): string | undefined {
  const route = readText("/proc/net/route")
    .split("\n")
    .map((line) => line.split("\t"))
    .find(([, destination]) => destination === "00000000");
  return route?.[0];
}

/** The addresses at which others reach the machine; those on the default route's interface come first. */
function outwardAddresses(): NetworkInterfaceInfo[] {
  const interfaces = networkInterfaces();
  const preferred = defaultInterface();
  const names = Object.keys(interfaces).sort((a, b) => Number(b === preferred) - Number(a === preferred));
  const isBridge = (name: string) => /^(docker|cni|br-|veth|virbr|sailplane|lo)/.test(name);
  return names
    .filter((name) => !isBridge(name) || name === preferred)
    .flatMap((name) => interfaces[name] ?? [])
    .filter(({ internal }) => !internal);
}

/** The machine's own IPv4 address; loopback if it has no other. */
export function machineAddresses(): string[] {
  const found = outwardAddresses().find(({ family }) => family === "IPv4");
  return [found?.address ?? LOOPBACK];
}

/** The same, and its global IPv6 address, if it has one. */
const readAddresses = (): MachineAddresses => ({
  first: machineAddresses(),
  ipv6: outwardAddresses().find((one) => one.family === "IPv6" && one.scopeid === 0)?.address,
});

const isLoopback = ({ first }: MachineAddresses): boolean => first.join() === LOOPBACK;

export interface MachineNetworkOptions {
  /** Called when the addresses have changed. */
  readonly onChange: () => void;
  /** Reads the addresses; absent: those of this machine. */
  readonly read?: () => MachineAddresses;
}

export class MachineNetwork {
  readonly #options: MachineNetworkOptions;
  #addresses: MachineAddresses;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MachineNetworkOptions) {
    this.#options = options;
    this.#addresses = this.#read();
  }

  get addresses(): MachineAddresses {
    return this.#addresses;
  }

  /** `/etc/resolv.conf` as it is now. */
  get resolv(): DnsConfig {
    return parseResolvConf(readText("/etc/resolv.conf"));
  }

  start(): void {
    const delay = isLoopback(this.#addresses) ? SOON_MS : LOOK_MS;
    this.#timer = setTimeout(() => {
      this.look();
      this.start();
    }, delay).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** A machine without a network keeps the address that it had last. */
  look(): void {
    const found = this.#read();
    const isLost = isLoopback(found) && !isLoopback(this.#addresses);
    if (isLost || JSON.stringify(found) === JSON.stringify(this.#addresses)) return;
    this.#addresses = found;
    this.#options.onChange();
  }

  #read(): MachineAddresses {
    return (this.#options.read ?? readAddresses)();
  }
}

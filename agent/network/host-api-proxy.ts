/**
 * How pods reach the API server on a node whose pod network is managed by others: the agent listens at the machine's
 * own address, which pods of any network reach. It only accepts connections that the Service `kubernetes` leads there,
 * and none from the machine's network.
 */
import type { Node } from "../../api/generated/core.v1.ts";
import { KernelTable } from "../proxy/kernel-table.ts";
import type { NftSession } from "../proxy/nft-session.ts";
import { type NftTable, TableBuilder } from "../proxy/nft-table.ts";
import type { Backend } from "../proxy/rule-set.ts";
import { ApiProxy, type ApiProxyOptions, type ApiServer } from "./api-proxy.ts";

export interface HostApiProxyOptions extends ApiProxyOptions {
  readonly nft: NftSession;
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const LOOPBACK = "127.";

/** The API server itself, if it has an address that pods can reach. */
export function directBackend(server: ApiServer | undefined): Backend | undefined {
  if (server === undefined || !IPV4.test(server.host) || server.host.startsWith(LOOPBACK)) return undefined;
  return { address: server.host, port: server.port };
}

export const hostAddressOf = ({ status }: Node): string | undefined =>
  (status.addresses ?? []).find(
    ({ type, address }) => type === "InternalIP" && IPV4.test(address) && !address.startsWith(LOOPBACK),
  )?.address;

export function dnatOnlyTable({ address, port }: Backend): NftTable {
  const table = new TableBuilder();
  const rule = `ip daddr ${address} tcp dport ${port} ct status & dnat != dnat drop`;
  table.chain("input", [rule], "type filter hook input priority filter;");
  return { family: "ip", name: "sailplane-door", chains: table.chains, sets: table.sets };
}

export class HostApiProxy {
  readonly #options: HostApiProxyOptions;
  readonly #guard: KernelTable;
  #address: string | undefined;
  #proxy: ApiProxy | undefined;

  constructor(options: HostApiProxyOptions) {
    this.#options = options;
    this.#guard = new KernelTable(options.log, options.nft);
  }

  /** Where the API server's Service leads; undefined if it cannot be reached. */
  get backend(): Backend | undefined {
    return directBackend(this.#options.apiServer) ?? this.#proxy?.backend;
  }

  /** At the node's address, which may be known late, and change. */
  async open(node: Node): Promise<void> {
    const { apiServer } = this.#options;
    const address = hostAddressOf(node);
    if (directBackend(apiServer) !== undefined || address === undefined || address === this.#address) return;
    const proxy = await ApiProxy.open(address, this.#options);
    try {
      await this.#guard.apply(dnatOnlyTable(proxy.backend));
    } catch (error) {
      proxy.close();
      throw error;
    }
    this.#proxy?.close();
    this.#proxy = proxy;
    this.#address = address;
  }

  /** The rule is removed as well: the port may be somebody else's next. */
  async close(): Promise<void> {
    this.#proxy?.close();
    this.#proxy = undefined;
    this.#address = undefined;
    await this.#guard.remove();
  }
}

/** The routes to the pods of other nodes on the same network, which carry a protocol number of the agent's own. */
import type { Node } from "../../api/generated/core.v1.ts";
import type { Logger } from "../logger.ts";
import { BRIDGE } from "./cni-config.ts";
import { run } from "./command.ts";

/** In the kernel's tables nobody else's. */
const PROTOCOL = "157";

export interface Route {
  readonly range: string;
  /** Absent: by the bridge. */
  readonly via?: string;
}

export interface RouteFacts {
  readonly nodes: readonly Node[];
  readonly own: string;
}

const isIPv6 = (address: string): boolean => address.includes(":");

export const podRangesOf = ({ spec }: Node): readonly string[] =>
  spec.podCIDRs ?? (spec.podCIDR === undefined || spec.podCIDR === "" ? [] : [spec.podCIDR]);

/** One for each range of each other node that has an address of the same family. */
export function planRoutes({ nodes, own }: RouteFacts): Route[] {
  return nodes
    .filter(({ metadata }) => metadata.name !== own)
    .flatMap((node) =>
      podRangesOf(node).flatMap((range) => {
        const via = (node.status.addresses ?? []).find(
          ({ type, address }) => type === "InternalIP" && isIPv6(address) === isIPv6(range) && !isLoopback(address),
        );
        return via === undefined ? [] : [{ range, via: via.address }];
      }),
    );
}

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

/** A range that no route leads to is none that this machine's own programs could send to. */
export async function withoutRoute(ranges: readonly string[]): Promise<Route[]> {
  const lost: Route[] = [];
  for (const range of ranges) {
    const [address = ""] = range.split("/");
    const answer = await run("ip", ["-j", "route", "get", address]).catch(() => "");
    if (answer === "" || answer.includes(`"${BRIDGE}"`)) lost.push({ range });
  }
  return lost;
}

export class Routes {
  readonly #log: Logger;
  readonly #refused = new Set<string>();
  #applied = "";

  constructor(log: Logger) {
    this.#log = log;
  }

  async apply(routes: readonly Route[]): Promise<void> {
    const text = JSON.stringify(routes);
    if (text === this.#applied) return;
    for (const flag of ["-4", "-6"]) {
      const ours = routes.filter(({ range }) => isIPv6(range) === (flag === "-6"));
      const listed = await run("ip", [flag, "-j", "route", "show", "proto", PROTOCOL]).catch(() => "");
      const present = JSON.parse(listed.trim() || "[]") as { readonly dst: string }[];
      for (const { dst } of present.filter(({ dst }) => !ours.some(({ range }) => range === dst)))
        await run("ip", [flag, "route", "del", dst, "proto", PROTOCOL]).catch(() => {});
      for (const route of ours) await this.#add(flag, route);
    }
    this.#applied = text;
  }

  async #add(flag: string, { range, via }: Route): Promise<void> {
    const to = via === undefined ? ["dev", BRIDGE] : ["via", via];
    try {
      await run("ip", [flag, "route", "replace", range, ...to, "proto", PROTOCOL]);
      this.#refused.delete(range);
    } catch (error) {
      if (this.#refused.has(range)) return;
      this.#refused.add(range);
      this.#log.warn(
        `no way to the pods at ${range}: ${via} is on no network of this machine (${(error as Error).message})`,
      );
    }
  }
}

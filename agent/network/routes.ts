/** The routes to other nodes' pods, tagged with a protocol number of the agent's own. */

import { errorMessage } from "../../api/error-message.ts";
import type { Node } from "../../api/generated/core.v1.ts";
import { internalAddresses } from "../../api/node/internal-addresses.ts";
import { run } from "../command.ts";
import type { Logger } from "../logger.ts";
import { isIPv6 } from "./address-family.ts";
import { BRIDGE } from "./cni-config.ts";
import type { Way } from "./overlay/choose-way.ts";
import { OVERLAY } from "./overlay/device.ts";
import { endOf, podRangesOf } from "./pod-ranges.ts";

/** The protocol number of our routes, used by nobody else; also the number of the table with routes to Services. */
const PROTOCOL = "157";
const TABLE = PROTOCOL;
/** After the machine's own routes, including the default route. */
const LAST_PRIORITY = "32767";

export interface Route {
  readonly range: string;
  readonly via: string;
  /** Through the overlay: the gateway is its other end, which is on no network of this machine. */
  readonly overlay?: true;
}

export interface RouteFacts {
  readonly nodes: readonly Node[];
  readonly own: string;
  /** Absent: this machine has no overlay, and all nodes are reached by plain routes. */
  readonly wayTo?: (node: string) => Way;
}

/**
 * One route per range of each other node: through the node's address of that family if plain routes lead there, else
 * through the overlay.
 */
export function planRoutes({ nodes, own, wayTo }: RouteFacts): Route[] {
  return nodes
    .filter(({ metadata }) => metadata.name !== own)
    .flatMap((node) =>
      podRangesOf(node).flatMap((range) => {
        const via = internalAddresses(node).find((each) => isIPv6(each) === isIPv6(range) && !isLoopback(each));
        const isPlain = wayTo === undefined || wayTo(node.metadata.name ?? "") === "route";
        if (isPlain && via !== undefined) return [{ range, via }];
        return wayTo === undefined ? [] : [{ range, via: endOf(range), overlay: true as const }];
      }),
    );
}

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

export class Routes {
  readonly #log: Logger;
  readonly #refused = new Set<string>();
  #applied = "";
  #appliedServices = "";

  constructor(log: Logger) {
    this.#log = log;
  }

  async apply(routes: readonly Route[]): Promise<void> {
    const text = JSON.stringify(routes);
    if (text === this.#applied) return;
    for (const range of this.#refused) if (!routes.some((route) => route.range === range)) this.#refused.delete(range);
    for (const flag of ["-4", "-6"]) {
      const ours = routes.filter(({ range }) => isIPv6(range) === (flag === "-6"));
      const listed = await run("ip", [flag, "-j", "route", "show", "proto", PROTOCOL]).catch(() => "");
      const present = JSON.parse(listed.trim() || "[]") as { readonly dst: string }[];
      for (const { dst } of present.filter(({ dst }) => !ours.some(({ range }) => range === dst)))
        await run("ip", [flag, "route", "del", dst, "proto", PROTOCOL]).catch(() => {});
      for (const route of ours) await this.#add(flag, route);
    }
    // Refused routes are retried with the next change: the machine may have moved to another network.
    if (this.#refused.size === 0) this.#applied = text;
  }

  async #add(flag: string, { range, via, overlay }: Route): Promise<void> {
    try {
      const device = overlay === undefined ? [] : ["dev", OVERLAY, "onlink"];
      await run("ip", [flag, "route", "replace", range, "via", via, ...device, "proto", PROTOCOL]);
      this.#refused.delete(range);
    } catch (error) {
      if (this.#refused.has(range)) return;
      this.#refused.add(range);
      this.#log.warn(
        `no way to the pods at ${range}: ${via} is on no network of this machine (${errorMessage(error)})`,
      );
    }
  }

  /**
   * A program on the machine that connects to a Service needs some route before the rules rewrite its destination. Only
   * added if the machine has none, and only for its own packets: pods' packets would be sent back to the bridge that
   * they came from.
   */
  async leadToServices(ranges: readonly string[]): Promise<void> {
    const text = ranges.join(" ");
    if (text === this.#appliedServices) return;
    for (const flag of ["-4", "-6"]) {
      const ours = ranges.filter((range) => isIPv6(range) === (flag === "-6"));
      await run("ip", [flag, "route", "flush", "table", TABLE]).catch(() => {});
      const rule = ["iif", "lo", "lookup", TABLE, "priority", LAST_PRIORITY];
      await run("ip", [flag, "rule", "del", ...rule]).catch(() => {});
      if (ours.length === 0) continue;
      await run("ip", [flag, "rule", "add", ...rule]);
      for (const range of ours) await run("ip", [flag, "route", "add", range, "dev", BRIDGE, "table", TABLE]);
    }
    this.#appliedServices = text;
  }
}

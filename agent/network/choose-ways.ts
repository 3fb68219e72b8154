/** Which mechanisms a node uses for Services and its pods' network: the best that the machine allows. */

import { hasProgram } from "../command.ts";
import type { Logger } from "../logger.ts";
import { whyNoKernelProxy } from "../proxy/kernel-proxy.ts";
import type { NetworkDirectories, Runtime } from "../runtime/runtime.ts";
import { missingPlugins, othersConfiguration } from "./cni-directory.ts";

export interface Ways {
  /** Where to install the agent's own CNI configuration; absent: pods have another network, or none. */
  readonly directories?: NetworkDirectories;
  /** Absent: Services are not reachable. */
  readonly proxy?: "kernel" | "forwarder";
}

/** Reports in one line what the machine does not allow. */
export async function chooseWays({ runtime, log }: { readonly runtime: Runtime; readonly log: Logger }): Promise<Ways> {
  const directories = await runtime.networkDirectories?.();
  // A runtime that isolates pods without a network for them has no pods that could be reached.
  if (directories === undefined) return runtime.isolates ? {} : { proxy: "forwarder" };
  const reason = whyNoKernelProxy();
  if (reason !== undefined) {
    log.warn(`of Services only node ports work on this node: ${reason}`);
    return { proxy: "forwarder" };
  }
  const others = othersConfiguration(directories);
  const missing = missingPlugins(directories);
  if (others !== undefined) log.warn(`pods get their network from ${others}, and resolve names as this machine does`);
  else if (missing.length > 0 || !hasProgram("ip"))
    log.warn(`pods have no network: ${missing.join(", ") || "ip"} missing (containernetworking-plugins, iproute2)`);
  else return { directories, proxy: "kernel" };
  return { proxy: "kernel" };
}

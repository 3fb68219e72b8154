/** The CNI configuration of this node's pods: a bridge, and addresses from the node's ranges. Pure. */
import { isIPv6 } from "./address-family.ts";

export const BRIDGE = "sailplane0";
/** If there are several, the runtime uses the first by name. */
export const CNI_FILE = "10-sailplane.conflist";

export interface CniOptions {
  readonly podRanges: readonly string[];
  /** Where host-local records allocated addresses. */
  readonly ipamDirectory: string;
  /** Whether the plugin for host ports is installed. */
  readonly hasPortmap: boolean;
}

/** The agent does the masquerading (proxy/nft.ts): the bridge plugin's takes 70 ms per pod. */
export const cniConfig = ({ podRanges, ipamDirectory, hasPortmap }: CniOptions): string =>
  JSON.stringify(
    {
      cniVersion: "0.4.0",
      name: "sailplane",
      plugins: [
        {
          type: "bridge",
          bridge: BRIDGE,
          isGateway: true,
          ipMasq: false,
          hairpinMode: true,
          ipam: {
            type: "host-local",
            dataDir: ipamDirectory,
            ranges: podRanges.map((subnet) => [{ subnet }]),
            routes: [...new Set(podRanges.map((range) => (isIPv6(range) ? "::/0" : "0.0.0.0/0")))].map((dst) => ({
              dst,
            })),
          },
        },
        ...(hasPortmap ? [{ type: "portmap", snat: true, capabilities: { portMappings: true } }] : []),
      ],
    },
    undefined,
    2,
  );

/** The first address of a range, which is the bridge's, and its prefix length. */
export function gatewayOf(range: string): { readonly address: string; readonly bits: number } {
  const [base = "", bits = "0"] = range.split("/");
  if (isIPv6(base)) return { address: `${base.replace(/::$/, "")}::1`, bits: Number(bits) };
  const words = base.split(".");
  return { address: [...words.slice(0, 3), Number(words[3] ?? 0) + 1].join("."), bits: Number(bits) };
}

/** The address at which other machines reach a control plane, for a caller that uses a local address. */

/** The flags page, which kube-apiserver has as well. */
export const FLAGS_PATH = "/flagz";
export const FLAGS_TYPE = "application/json;v=v1beta1;g=config.k8s.io;as=Flagz";

export interface Flagz {
  readonly flags?: Readonly<Record<string, string>>;
}

/** Whether an address only works on the machine itself. */
export const isLoopback = (server: string): boolean =>
  ["127.0.0.1", "localhost", "[::1]"].includes(new URL(server).hostname);

/** The same server by the address on which it listens for others; undefined if it only listens for this machine. */
export function addressForOthers(server: string, { flags }: Flagz): string | undefined {
  if (!isLoopback(server)) return server;
  const advertised = flags?.["advertise-address"];
  if (!advertised) return undefined;
  const url = new URL(server);
  url.hostname = advertised;
  return url.href.replace(/\/$/, "");
}

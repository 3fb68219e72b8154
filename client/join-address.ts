/** Under which address other machines reach a control plane that somebody on its own machine talks to. */

/** What tells it: the page of flags, which kube-apiserver has as well. */
export const FLAGS_PATH = "/flagz";
export const FLAGS_TYPE = "application/json;v=v1beta1;g=config.k8s.io;as=Flagz";

export interface Flagz {
  readonly flags?: Readonly<Record<string, string>>;
}

/** Whether an address leads nowhere but to the machine that uses it. */
export const isLoopback = (server: string): boolean =>
  ["127.0.0.1", "localhost", "[::1]"].includes(new URL(server).hostname);

/** The same server by the address that it listens on for others; undefined where it listens for this machine only. */
export function addressForOthers(server: string, { flags }: Flagz): string | undefined {
  if (!isLoopback(server)) return server;
  const advertised = flags?.["advertise-address"];
  if (!advertised) return undefined;
  const url = new URL(server);
  url.hostname = advertised;
  return url.href.replace(/\/$/, "");
}

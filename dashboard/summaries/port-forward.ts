export interface Forwarded {
  readonly namespace: string | undefined;
  /** `pod/NAME`, `service/NAME` */
  readonly target: string;
  readonly ports: readonly ForwardedPort[];
}

export interface ForwardedPort {
  readonly port: number;
  /** Absent: TCP. */
  readonly protocol?: string | undefined;
}

/** The exact line; "" if nothing can be forwarded: kubectl forwards only TCP. */
export function portForward({ namespace = "default", target, ports }: Forwarded): string {
  const remote = [...new Set(ports.filter(({ protocol = "TCP" }) => protocol === "TCP").map(({ port }) => port))];
  if (remote.length === 0) return "";
  const local = localPorts(remote);
  const pairs = remote.map((port, i) => (local[i] === port ? String(port) : `${local[i]}:${port}`));
  return `kubectl port-forward -n ${namespace} ${target} ${pairs.join(" ")}`;
}

/** Ports below 1024 require root, so they are mapped to higher ones that no other port takes. */
function localPorts(remote: readonly number[]): number[] {
  const taken = new Set(remote.filter((port) => port >= 1024));
  return remote.map((port) => {
    if (port >= 1024) return port;
    let local = 8000 + port;
    while (taken.has(local)) local += 1000;
    taken.add(local);
    return local;
  });
}

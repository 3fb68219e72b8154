export interface Forwarded {
  readonly namespace: string | undefined;
  /** `pod/NAME`, `service/NAME` */
  readonly target: string;
  readonly ports: readonly number[];
}

/** Ports below 1024 require root, so they are mapped to higher ones. */
export const portForward = ({ namespace = "default", target, ports }: Forwarded): string =>
  `kubectl port-forward -n ${namespace} ${target} ${ports.map((port) => (port < 1024 ? `${8000 + port}:${port}` : String(port))).join(" ")}`;

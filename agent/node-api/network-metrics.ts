/** cadvisor's metric families of network traffic, of pods and the machine. */
import type { Family, Line } from "../../api/metrics/exposition.ts";
import type { InterfaceCounters, Traffic } from "../usage/network-counters.ts";
import type { PodTraffic } from "../usage/pod-traffic.ts";

const FAMILIES: readonly (readonly [name: string, help: string, direction: "received" | "sent", of: keyof Traffic])[] =
  [
    ["receive_bytes", "Bytes received", "received", "bytes"],
    ["receive_errors", "Errors encountered while receiving", "received", "errors"],
    ["receive_packets_dropped", "Packets dropped while receiving", "received", "dropped"],
    ["receive_packets", "Packets received", "received", "packets"],
    ["transmit_bytes", "Bytes transmitted", "sent", "bytes"],
    ["transmit_errors", "Errors encountered while transmitting", "sent", "errors"],
    ["transmit_packets_dropped", "Packets dropped while transmitting", "sent", "dropped"],
    ["transmit_packets", "Packets transmitted", "sent", "packets"],
  ];

type Labels = Readonly<Record<"id" | "name" | "namespace" | "pod", string>>;

const MACHINE: Labels = { id: "/", name: "", namespace: "", pod: "" };

const labelsOf = ({ sandboxId, pod }: PodTraffic): Labels => ({
  id: `/kubepods/pod${pod.uid}/${sandboxId}`,
  name: sandboxId,
  namespace: pod.namespace,
  pod: pod.name,
});

export function networkFamilies(pods: readonly PodTraffic[], machine: readonly InterfaceCounters[]): readonly Family[] {
  const all = [
    ...pods.flatMap((each) => each.interfaces.map((one) => [labelsOf(each), one] as const)),
    ...machine.map((one) => [MACHINE, one] as const),
  ];
  return FAMILIES.map(([name, help, direction, of]) => ({
    name: `container_network_${name}_total`,
    help: `Cumulative count: ${help.toLowerCase()}.`,
    type: "counter",
    lines: all.map(
      ([{ id, ...rest }, counters]): Line => [
        { container: "", id, image: "", interface: counters.name, ...rest },
        counters[direction][of],
      ],
    ),
  }));
}

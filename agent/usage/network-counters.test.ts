import { expect, test } from "vitest";
import { parseNetworkCounters } from "./network-counters.ts";

test("AGENT-TRAFFIC: interfaces are read from the kernel's table, without loopback and the host ends of veth pairs", () => {
  const text = [
    "Inter-|   Receive                                                |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
    "    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0",
    "  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0",
    "wlan0:7 1 0 0 0 0 0 0 8 1 0 0 0 0 0 0",
    "veth12ab: 5 5 0 0 0 0 0 0 5 5 0 0 0 0 0 0",
    "docker0: 5 5 0 0 0 0 0 0 5 5 0 0 0 0 0 0",
    "",
  ].join("\n");
  expect(parseNetworkCounters(text)).toEqual([
    {
      name: "eth0",
      received: { bytes: 1000, packets: 10, errors: 1, dropped: 2 },
      sent: { bytes: 2000, packets: 20, errors: 3, dropped: 4 },
    },
    {
      name: "wlan0",
      received: { bytes: 7, packets: 1, errors: 0, dropped: 0 },
      sent: { bytes: 8, packets: 1, errors: 0, dropped: 0 },
    },
  ]);
  expect(parseNetworkCounters("")).toEqual([]);
});

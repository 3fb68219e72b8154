import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MachineNetwork } from "./machine-network.ts";
import type { MachineAddresses } from "./node-addresses.ts";

const at = (address: string, ipv6?: string): MachineAddresses => ({ first: [address], ipv6 });

/** What the machine has when the agent starts, and at each later check. */
function looking(...seen: MachineAddresses[]) {
  const onChange = vi.fn();
  const network = new MachineNetwork({ onChange, read: () => seen.shift() ?? at("127.0.0.1") });
  const look = () => {
    network.look();
    return { addresses: network.addresses, changes: onChange.mock.calls.length };
  };
  return { network, look };
}

describe("AGENT-ADDRESS: a node", () => {
  it("that starts before its network gets its address later", () => {
    const { network, look } = looking(at("127.0.0.1"), at("192.0.2.1", "2001:db8::1"));
    expect(network.addresses).toEqual(at("127.0.0.1"));
    expect(look()).toEqual({ addresses: at("192.0.2.1", "2001:db8::1"), changes: 1 });
  });

  it("that has no address yet looks for one every second, and then every ten", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { network } = looking(at("127.0.0.1"), at("127.0.0.1"), at("192.0.2.1"), at("198.51.100.7"));
    network.start();
    vi.advanceTimersByTime(2000);
    expect(network.addresses).toEqual(at("192.0.2.1"));
    vi.advanceTimersByTime(9999);
    expect(network.addresses).toEqual(at("192.0.2.1"));
    vi.advanceTimersByTime(1);
    expect(network.addresses).toEqual(at("198.51.100.7"));
    network.stop();
  });

  it("that moves to another network changes its address", () =>
    expect(looking(at("192.0.2.1"), at("198.51.100.7")).look()).toEqual({ addresses: at("198.51.100.7"), changes: 1 }));

  it("that loses its network keeps its address until it has another", () => {
    const { look } = looking(at("192.0.2.1"), at("127.0.0.1"), at("192.0.2.1"), at("192.0.2.9"));
    expect(look()).toEqual({ addresses: at("192.0.2.1"), changes: 0 });
    expect(look()).toEqual({ addresses: at("192.0.2.1"), changes: 0 });
    expect(look()).toEqual({ addresses: at("192.0.2.9"), changes: 1 });
  });
});

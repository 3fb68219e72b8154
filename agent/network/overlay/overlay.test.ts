import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completeChecksum } from "./checksum.ts";
import { chooseWay, observe, type PathHealth, UNPROBED } from "./choose-way.ts";
import { addDevice, guardOf, linesOfBridge, linesOfIp } from "./device.ts";
import { destinationOf, packFrames, unpackFrames } from "./frames.ts";
import { makeNetworkKey, sharedSecret } from "./network-key.ts";
import { macOf, type Peer, peersOf } from "./peer.ts";
import { frameOfProbe } from "./probe-frame.ts";
import { parseProbe, probeKey, renderProbe } from "./probe-message.ts";
import { Session } from "./session.ts";

const keys = { a: makeNetworkKey(), b: makeNetworkKey() };
const sessionOf = (own: "a" | "b") => {
  const other = own === "a" ? "b" : "a";
  return new Session({
    own: { name: own, key: keys[own] },
    peer: { name: other, publicKey: keys[other].publicKey },
  });
};
const greet = (one: Session, other: Session) => {
  other.greeted(one.greeting);
  one.greeted(other.greeting);
};
const text = (bytes: Buffer | undefined) => bytes?.toString();

describe("NET-SECRET: a session through the control plane", () => {
  it("sends nothing before both sides have exchanged greetings, and then what only the peer can decrypt", () => {
    const [a, b] = [sessionOf("a"), sessionOf("b")];
    expect(a.seal(Buffer.from("early"))).toBeUndefined();
    greet(a, b);
    const sealed = a.seal(Buffer.from("hello")) ?? Buffer.alloc(0);
    expect(sealed.includes("hello")).toBe(false);
    expect(text(b.open(sealed))).toBe("hello");
    expect(text(a.open(b.seal(Buffer.from("and back")) ?? Buffer.alloc(0)))).toBe("and back");
  });

  it("rejects messages that are modified, replayed, reflected or too short", () => {
    const [a, b] = [sessionOf("a"), sessionOf("b")];
    greet(a, b);
    const sealed = a.seal(Buffer.from("once")) ?? Buffer.alloc(0);
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(b.open(changed)).toBeUndefined();
    expect(a.open(sealed)).toBeUndefined();
    expect(text(b.open(sealed))).toBe("once");
    expect(b.open(sealed)).toBeUndefined();
    expect(b.open(sealed.subarray(0, 10))).toBeUndefined();
  });

  it("cannot be opened without the private key of the Node's published one", () => {
    const thief = new Session({
      own: { name: "b", key: makeNetworkKey() },
      peer: { name: "a", publicKey: keys.a.publicKey },
    });
    const a = sessionOf("a");
    greet(a, thief);
    expect(thief.open(a.seal(Buffer.from("secret")) ?? Buffer.alloc(0))).toBeUndefined();
    expect(a.open(thief.seal(Buffer.from("lie")) ?? Buffer.alloc(0))).toBeUndefined();
  });

  it("never reuses a nonce with a key, even after repeated greetings", () => {
    const [a, first, second] = [sessionOf("a"), sessionOf("b"), sessionOf("b")];
    greet(a, first);
    const before = a.seal(Buffer.from("1")) ?? Buffer.alloc(0);
    expect(a.greeted(second.greeting)).toBe(true);
    expect(a.greeted(first.greeting)).toBe(true);
    const after = a.seal(Buffer.from("2")) ?? Buffer.alloc(0);
    expect(after.readBigUInt64BE()).toBeGreaterThan(before.readBigUInt64BE());
    expect(text(first.open(after))).toBe("2");
  });

  it("AGENT-STANDS: never opens if the Node's published key is none", () => {
    for (const publicKey of ["", "x", keys.b.publicKey.slice(1), Buffer.alloc(32).toString("base64url")]) {
      const a = new Session({ own: { name: "a", key: keys.a }, peer: { name: "b", publicKey } });
      expect(a.greeted(sessionOf("b").greeting)).toBe(false);
      expect(a.isOpen).toBe(false);
    }
  });

  it("rejects a greeting that is not a valid key", () => {
    const a = sessionOf("a");
    expect(a.greeted(Buffer.alloc(32))).toBe(false);
    expect(a.greeted(Buffer.from("short"))).toBe(false);
    expect(a.isOpen).toBe(false);
  });
});

describe("the path to a node", () => {
  const good = UNPROBED;
  const bad: PathHealth = { isGood: false, against: 0 };
  it.each([
    [true, good, good, "route"],
    [true, bad, good, "vxlan"],
    [true, bad, bad, "relay"],
    [true, good, bad, "route"],
    [false, good, good, "vxlan"],
    [false, good, bad, "relay"],
  ] as const)("that is a neighbour (%s), with routes %o and UDP %o, is %s", (isNeighbour, route, vxlan, way) =>
    expect(chooseWay({ isNeighbour, route, vxlan })).toBe(way),
  );

  it("changes after three equal results in a row, in either direction", () => {
    const after = (answers: readonly boolean[], from: PathHealth = UNPROBED) => answers.reduce(observe, from).isGood;
    expect(after([false, false])).toBe(true);
    expect(after([false, false, true, false, false])).toBe(true);
    expect(after([false, false, false])).toBe(false);
    expect(after([true, true], bad)).toBe(false);
    expect(after([true, true, true], bad)).toBe(true);
  });
});

describe("overlay probes", () => {
  const key = probeKey(sharedSecret(keys.a, keys.b.publicKey) ?? Buffer.alloc(0));
  const probe = { kind: "ask", way: "vxlan", from: "node-b", id: Buffer.from("12345678") } as const;
  it("can be read with the shared secret that both nodes derive", () => {
    const same = probeKey(sharedSecret(keys.b, keys.a.publicKey) ?? Buffer.alloc(0));
    expect(parseProbe(renderProbe(probe, key), (node) => (node === "node-b" ? same : undefined))).toEqual(probe);
  });
  it("cannot be read by others, and arbitrary bytes are rejected", () => {
    expect(parseProbe(renderProbe(probe, key), () => probeKey(Buffer.from("another")))).toBeUndefined();
    expect(parseProbe(renderProbe(probe, key), () => undefined)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(parseProbe(Buffer.concat([Buffer.from("Sail"), bytes]), () => key)).toBeUndefined();
      }),
    );
  });
});

/** An Ethernet frame in VXLAN: IPv4, from 10.0.0.1 to 10.0.0.2. */
function frameOf(protocol: number, segment: Buffer): Buffer {
  const vxlan = Buffer.from("0800000000009d00", "hex");
  const ethernet = Buffer.from("0a00000000020a00000000010800", "hex");
  const ip = Buffer.from("450000000000000040000000000000000a0000010a000002", "hex").subarray(0, 20);
  ip.writeUInt16BE(20 + segment.length, 2);
  ip.writeUInt8(protocol, 9);
  Buffer.from("0a0000010a000002", "hex").copy(ip, 12);
  return Buffer.concat([vxlan, ethernet, ip, segment, Buffer.alloc(20)]);
}
const words = (bytes: Buffer): number[] =>
  Array.from({ length: Math.ceil(bytes.length / 2) }, (_, i) => ((bytes[2 * i] ?? 0) << 8) + (bytes[2 * i + 1] ?? 0));
const onesSum = (bytes: Buffer): number =>
  words(bytes).reduce((sum, word) => ((sum + word) & 0xffff) + ((sum + word) >> 16), 0);

describe("overlay frames", () => {
  it("are packed together and unpacked again", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 2000 })), (frames) => {
        const buffers = frames.map((frame) => Buffer.from(frame));
        expect(unpackFrames(packFrames(buffers))).toEqual(buffers);
      }),
    );
    expect(unpackFrames(Buffer.from([0, 9, 1]))).toEqual([]);
  });

  it("name their destination", () => {
    expect(destinationOf(frameOf(6, Buffer.alloc(20)))).toBe("0a0000000002");
    expect(destinationOf(Buffer.from("Sail"))).toBeUndefined();
  });

  it("get a checksum that the kernel offloaded, and keep a complete one", () => {
    fc.assert(
      fc.property(fc.constantFrom(6, 17), fc.uint8Array({ minLength: 20, maxLength: 1400 }), (protocol, bytes) => {
        const segment = Buffer.from(bytes);
        const at = protocol === 6 ? 16 : 6;
        const pseudo = Buffer.concat([Buffer.from("0a0000010a000002", "hex"), Buffer.from([0, protocol, 0, 0])]);
        pseudo.writeUInt16BE(segment.length, 10);
        segment.writeUInt16BE(onesSum(pseudo), at);
        const frame = frameOf(protocol, segment);
        completeChecksum(frame);
        const done = frame.subarray(42, 42 + segment.length);
        expect(onesSum(Buffer.concat([pseudo, done]))).toBe(0xffff);
        const again = Buffer.from(frame);
        completeChecksum(again);
        expect(again).toEqual(frame);
      }),
    );
  });
});

it("a VXLAN probe is a complete frame", () => {
  const ends = { from: { mac: macOf("a"), address: "10.244.0.0" }, to: { mac: macOf("b"), address: "10.244.1.0" } };
  const frame = frameOfProbe(Buffer.from("Sail"), ends);
  expect(destinationOf(frame)).toBe(macOf("b").replaceAll(":", ""));
  expect(frame.readUInt32BE(4) >>> 8).toBe(157);
  const packet = frame.subarray(8 + 14);
  expect(onesSum(packet.subarray(0, 20))).toBe(0xffff);
  expect([packet.readUInt16BE(2), [...packet.subarray(12, 20)].join(".")]).toEqual([32, "10.244.0.0.10.244.1.0"]);
  expect([packet.readUInt16BE(22), packet.readUInt16BE(24), packet.subarray(28).toString()]).toEqual([
    8473,
    12,
    "Sail",
  ]);
});

describe("NET-VXLAN: the kernel's overlay", () => {
  const peer: Peer = {
    name: "b",
    ranges: ["10.244.1.0/24", "fd00:1::/64"],
    address: "192.0.2.2",
    mac: macOf("b"),
    publicKey: keys.b.publicKey,
  };
  const state = (way: "route" | "vxlan" | "relay") => ({
    own: { name: "a", ranges: ["10.244.0.0/24"], bridge: "10.244.0.1" },
    peers: [{ peer, way, isNeighbour: true }],
  });

  it("NET-RELAY: sends to the node, or to the agent if the control plane relays", () => {
    expect(linesOfBridge(state("vxlan"))).toEqual([
      `fdb replace ${peer.mac} dev sailplane1 dst 192.0.2.2 port 8472 self permanent`,
    ]);
    expect(linesOfBridge(state("relay"))).toEqual([
      `fdb replace ${peer.mac} dev sailplane1 dst 169.254.157.1 port 8473 self permanent`,
    ]);
    expect(linesOfIp(state("relay"))).toContain(
      `neigh replace fd00:1:: lladdr ${peer.mac} dev sailplane1 nud permanent`,
    );
    // The outer packet's checksum would be wrong after its address is rewritten.
    expect(addDevice()).toContain("noudpcsum");
  });

  it("accepts frames from nodes of the cluster only", () => {
    const { chains, sets } = guardOf(state("vxlan"));
    expect([...(sets.get("nodes")?.elements?.keys() ?? [])]).toEqual(["192.0.2.2"]);
    expect(chains.get("input")?.rules[0]).toBe('iifname != "lo" udp dport 8472 ip saddr != @nodes drop');
  });

  it("reads a node's key and address from its Node, and derives its MAC address from its name", () => {
    const node = {
      metadata: { name: "b", annotations: { "sailplane.dev/network-key": keys.b.publicKey } },
      spec: { podCIDRs: [...peer.ranges] },
      status: { addresses: [{ type: "InternalIP", address: "192.0.2.2" }] },
    };
    expect(peersOf([node, { ...node, metadata: { name: "a" } }], "a")).toEqual([peer]);
    expect(macOf("b")).toMatch(/^0a(:[0-9a-f]{2}){5}$/);
    expect(macOf("b")).not.toBe(macOf("a"));
  });
});

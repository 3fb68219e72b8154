/**
 * A probe inside a VXLAN frame, as the kernel would send it: it passes where frames pass, whatever firewalls do to
 * other ports. The other kernel unwraps it, and delivers the probe to its agent. Pure.
 */
import { AGENT_PORT, NETWORK, VXLAN_FLAGS } from "./device.ts";

export interface FrameEnd {
  readonly mac: string;
  /** IPv4, of the overlay's end. */
  readonly address: string;
}

const IPV4 = 0x0800;
const IP_HEADER = 20;
const UDP = 17;
const UDP_HEADER = 8;
const TTL = 64;

const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(":", ""), "hex");
const addressBytes = (address: string): Buffer => Buffer.from(address.split(".").map(Number));

export function frameOfProbe(probe: Buffer, { from, to }: { readonly from: FrameEnd; readonly to: FrameEnd }): Buffer {
  const vxlan = Buffer.alloc(8);
  vxlan.writeUInt8(VXLAN_FLAGS, 0);
  vxlan.writeUInt32BE(NETWORK << 8, 4);
  const type = Buffer.alloc(2);
  type.writeUInt16BE(IPV4);
  // Without a checksum, which IPv4 allows: probes are authenticated anyway.
  const udp = Buffer.alloc(UDP_HEADER);
  udp.writeUInt16BE(AGENT_PORT, 0);
  udp.writeUInt16BE(AGENT_PORT, 2);
  udp.writeUInt16BE(UDP_HEADER + probe.length, 4);
  const ends = [ipHeader(UDP_HEADER + probe.length, from.address, to.address), udp, probe];
  return Buffer.concat([vxlan, macBytes(to.mac), macBytes(from.mac), type, ...ends]);
}

function ipHeader(length: number, from: string, to: string): Buffer {
  const header = Buffer.alloc(IP_HEADER);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(IP_HEADER + length, 2);
  header.writeUInt8(TTL, 8);
  header.writeUInt8(UDP, 9);
  addressBytes(from).copy(header, 12);
  addressBytes(to).copy(header, 16);
  let sum = 0;
  for (let at = 0; at < IP_HEADER; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  header.writeUInt16BE(~sum & 0xffff, 10);
  return header;
}

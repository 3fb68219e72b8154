/** Batches of the kernel's frames in one message: each is preceded by its length, 2 bytes. */
import { VXLAN_FLAGS } from "./device.ts";

export function packFrames(frames: readonly Buffer[]): Buffer {
  const packed = Buffer.allocUnsafe(frames.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const frame of frames) {
    packed.writeUInt16BE(frame.length, at);
    packed.set(frame, at + 2);
    at += 2 + frame.length;
  }
  return packed;
}

export function unpackFrames(packed: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 2 <= packed.length; ) {
    const end = at + 2 + packed.readUInt16BE(at);
    if (end > packed.length) break;
    frames.push(packed.subarray(at + 2, end));
    at = end;
  }
  return frames;
}

/** VXLAN's own header, before the Ethernet frame. */
const VXLAN_HEADER = 8;
const MAC = 6;
const MIN_BYTES = VXLAN_HEADER + 2 * MAC;

/** The destination of a VXLAN frame; undefined if it is not one. */
export const destinationOf = (frame: Buffer): string | undefined =>
  frame.length < MIN_BYTES || frame[0] !== VXLAN_FLAGS
    ? undefined
    : frame.toString("hex", VXLAN_HEADER, VXLAN_HEADER + MAC);

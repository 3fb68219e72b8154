/** What a cgroup has read from and written to block devices. */
import { readlinkSync } from "node:fs";
import { basename } from "node:path";

export interface BlockIo {
  /** MAJOR:MINOR. */
  readonly device: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly reads: number;
  readonly writes: number;
}

type Counts = Partial<Record<"rbytes" | "wbytes" | "rios" | "wios", number>>;

/** By the text of version 2's `io.stat`: `MAJOR:MINOR rbytes=N wbytes=N rios=N wios=N …`. */
export const parseIoStat = (text: string): readonly BlockIo[] =>
  linesOf(text).flatMap((line) => {
    const [device = "", ...pairs] = line.split(" ");
    const counts: Counts = Object.fromEntries(pairs.map((pair) => pair.split("=")).map(([k, n]) => [k, Number(n)]));
    const { rbytes = 0, wbytes = 0, rios = 0, wios = 0 } = counts;
    return isDevice(device) ? [{ device, readBytes: rbytes, writtenBytes: wbytes, reads: rios, writes: wios }] : [];
  });

/** By the texts of version 1's `blkio.throttle.io_service_bytes` and `blkio.throttle.io_serviced`. */
export function parseBlkio(bytes: string, operations: string): readonly BlockIo[] {
  const count = (text: string, device: string, operation: "Read" | "Write"): number =>
    Number(new RegExp(`^${device} ${operation} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  const devices = new Set(linesOf(bytes).map((line) => line.split(" ")[0] ?? ""));
  return [...devices].filter(isDevice).map((device) => ({
    device,
    readBytes: count(bytes, device, "Read"),
    writtenBytes: count(bytes, device, "Write"),
    reads: count(operations, device, "Read"),
    writes: count(operations, device, "Write"),
  }));
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

const isDevice = (text: string): boolean => /^\d+:\d+$/.test(text);

/** The path of a block device, by its numbers MAJOR:MINOR; the numbers themselves if the machine has no such device. */
export function blockDevice(numbers: string): string {
  try {
    return `/dev/${basename(readlinkSync(`/sys/dev/block/${numbers}`))}`;
  } catch {
    return numbers;
  }
}

/** Mounts a block device: without a file system it is formatted, with one it is checked first. */
import { execFile } from "node:child_process";
import { VolumeError } from "../../mounts/volume-error.ts";

export interface Outcome {
  /** Undefined: there is no such program. */
  readonly code: number | undefined;
  readonly output: string;
}

export type Run = (program: string, words: readonly string[]) => Promise<Outcome>;

export interface DeviceMount {
  readonly device: string;
  readonly path: string;
  /** Undefined or empty: ext4. */
  readonly fsType: string | undefined;
  readonly options: readonly string[];
  /** Another pod has it mounted: a device in use is neither formatted nor repaired. */
  readonly isInUse: boolean;
}

const PATIENCE_MS = 600_000;
const MAX_OUTPUT = 1 << 20;

export const runProgram: Run = (program, words) =>
  new Promise((resolve) => {
    execFile(program, words, { timeout: PATIENCE_MS, maxBuffer: MAX_OUTPUT }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (!error) resolve({ code: 0, output });
      else resolve({ code: typeof error.code === "number" ? error.code : undefined, output: output || error.message });
    });
  });

/** Fails with {@link VolumeError}. */
export async function mountDevice(mount: DeviceMount, run: Run = runProgram): Promise<void> {
  const { device, path, options, isInUse } = mount;
  const fsType = mount.fsType || "ext4";
  if (!isInUse) await makeReady({ device, fsType, options }, run);
  const { code, output } = await run("mount", ["-t", fsType, "-o", [...options, "defaults"].join(","), device, path]);
  if (code !== 0) throw new VolumeError(`mount failed: ${output}`);
}

interface Unready extends Pick<DeviceMount, "device" | "options"> {
  readonly fsType: string;
}

async function makeReady({ device, fsType, options }: Unready, run: Run): Promise<void> {
  const isReadOnly = options.includes("ro");
  if (await hasContent(device, run)) {
    if (!isReadOnly) await repair(device, run);
    return;
  }
  if (isReadOnly)
    throw new VolumeError(`cannot mount unformatted disk ${device} as we are manipulating it in read-only mode`);
  const { code, output } = await run(`mkfs.${fsType}`, [...(FORCED[fsType] ?? []), device]);
  if (code !== 0) throw new VolumeError(`format of disk "${device}" failed: type:("${fsType}") output:(${output})`);
}

/** Non-interactive, and without blocks reserved for root. */
const FORCED: Readonly<Record<string, readonly string[]>> = {
  ext3: ["-F", "-m0"],
  ext4: ["-F", "-m0"],
  xfs: ["-f"],
};

/** The exit code of `blkid` for a device without anything it recognises. */
const NOTHING_FOUND = 2;

/** A file system or a partition table: a device with either is never overwritten. */
async function hasContent(device: string, run: Run): Promise<boolean> {
  const { code, output } = await run("blkid", ["-p", "-s", "TYPE", "-s", "PTTYPE", "-o", "export", device]);
  if (code === NOTHING_FOUND) return false;
  if (code !== 0) throw new VolumeError(`failed to get disk format of disk ${device}: ${output}`);
  return true;
}

/** The exit code of `fsck` when errors remain. */
const UNCORRECTED = 4;

/** If it cannot be checked, mounting will show. */
async function repair(device: string, run: Run): Promise<void> {
  const { code, output } = await run("fsck", ["-a", device]);
  if (code === UNCORRECTED)
    throw new VolumeError(`'fsck' found errors on device ${device} but could not correct them: ${output}`);
}

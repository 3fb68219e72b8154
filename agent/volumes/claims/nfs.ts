/** NFS through the machine's own `mount`, which must support it. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import { errorMessage } from "../../../api/error-message.ts";
import type { NFSVolumeSource } from "../../../api/generated/core.v1.ts";
import { isListedMount } from "../../mounts/mounts.ts";
import { VolumeError } from "../../mounts/volume-error.ts";

const run = promisify(execFile);

const PATIENCE_MS = 120_000;

export async function mountNfs(
  path: string,
  { server, path: exported, readOnly = false }: NFSVolumeSource,
  mountOptions: readonly string[] = [],
): Promise<void> {
  if (isListedMount(path)) return;
  mkdirSync(path, { recursive: true, mode: 0o750 });
  const options = [...(readOnly ? ["ro"] : []), ...mountOptions];
  const words = options.length > 0 ? ["-o", options.join(",")] : [];
  try {
    await run("mount", ["-t", "nfs", ...words, `${server}:${exported}`, path], { timeout: PATIENCE_MS });
  } catch (error) {
    const stderr = (error as { readonly stderr?: string }).stderr?.trim();
    throw new VolumeError(`mount failed: ${stderr || errorMessage(error)}`);
  }
}

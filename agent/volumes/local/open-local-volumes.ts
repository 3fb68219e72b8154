/** The node's local volumes, if it offers any. */
import { join, resolve } from "node:path";
import { errorMessage } from "../../../api/error-message.ts";
import { NO_LOCAL_VOLUMES } from "../../../api/node/local-volumes.ts";
import type { NodeSettings } from "../../../api/node/node-settings.ts";
import type { Logger } from "../../logger.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { usersOf } from "../claims/known-paths.ts";
import { LocalVolumes } from "./local-volumes.ts";

/** Undefined: they are switched off, no runtime here could use them, or they are not possible. */
export function openLocalVolumes(
  { dataDirectory, settings }: { readonly dataDirectory: string; readonly settings: NodeSettings },
  { runtime, log }: { readonly runtime: Pick<Runtime, "simulates">; readonly log: Logger },
): LocalVolumes | undefined {
  const { localVolumes = join(dataDirectory, "local-volumes") } = settings;
  if (localVolumes === NO_LOCAL_VOLUMES || runtime.simulates === true) return undefined;
  const directory = resolve(localVolumes);
  try {
    return new LocalVolumes({ directory, usersOf: (name) => usersOf(join(dataDirectory, "pods"), name), log });
  } catch (error) {
    log.warn(`no volumes of claims can be kept on this node: ${errorMessage(error)}`);
    return undefined;
  }
}

/** Creates and deletes local volumes, for those who may do more with the node's API than read. */
import type { NodeRequest } from "../../api/node/node-sync.ts";
import { json, NOT_FOUND, type NodeApiResponse } from "../streams/response.ts";
import { LocalVolumeError, type LocalVolumes } from "../volumes/local/local-volumes.ts";

const PATH = /^\/localVolumes\/([^/]+)$/;

/** For finding volumes that no PersistentVolume refers to any more. */
export const listLocalVolumes = (volumes: LocalVolumes | undefined): NodeApiResponse =>
  volumes === undefined ? NOT_FOUND : json({ directory: volumes.directory, volumes: volumes.names });

export function changeLocalVolumes(
  { method, path }: Pick<NodeRequest, "method" | "path">,
  volumes: LocalVolumes | undefined,
): NodeApiResponse {
  const { pathname, searchParams } = new URL(path, "http://node");
  const expected = searchParams.get("path") ?? "";
  try {
    const name = decodeURIComponent(PATH.exec(pathname)?.[1] ?? "");
    if (volumes === undefined) throw new LocalVolumeError(404, "NotFound", "this node keeps no local volumes");
    if (method === "PUT") return json({ path: volumes.make(name, expected) });
    volumes.remove(name, expected);
    return json({});
  } catch (error) {
    const { code, reason, message } = asRefusal(error as Error);
    const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
    return { ...json(status), status: code };
  }
}

const asRefusal = (error: Error): LocalVolumeError =>
  error instanceof LocalVolumeError ? error : new LocalVolumeError(500, "InternalError", error.message);

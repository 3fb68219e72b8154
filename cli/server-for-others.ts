import { addressForOthers, FLAGS_PATH, FLAGS_TYPE, type Flagz } from "../client/join-address.ts";
import { type ApiCall, callApi, explainUnreachable } from "./call-api.ts";
import type { Connection } from "./kubeconfig.ts";

/** Where other machines reach a control plane; undefined if it only listens for this one. */
export async function serverForOthers(connection: Connection): Promise<string | undefined> {
  const request: ApiCall = { method: "GET", path: FLAGS_PATH, accept: FLAGS_TYPE };
  const { status, text } = await explainUnreachable(connection, callApi(connection, request));
  return addressForOthers(connection.server, status === 200 ? (JSON.parse(text) as Flagz) : {});
}

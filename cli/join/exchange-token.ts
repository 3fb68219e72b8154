import { bodyOf, requestApi } from "../api-request.ts";
import { CliError } from "../cli-error.ts";
import type { Connection } from "../kubeconfig.ts";

/** Nothing answered: what was known before still holds. */
export class Unreachable extends CliError {}

/**
 * The node's own connection for one that may make nodes (a bootstrap token, an administrator, or the node itself, which
 * renews): `POST /sailplane/v1/join {nodeName}` answers `{token}`.
 */
export async function exchangeToken(connection: Connection, nodeName: string): Promise<Connection> {
  const request = { method: "POST", path: "/sailplane/v1/join", body: { nodeName } } as const;
  const answer = await requestApi(connection, request).catch((error: Error) => {
    if (/self.signed|unable to (get|verify)/i.test(error.message)) {
      const advice = "name its authority with --ca-cert-hash or --ca-file";
      throw new CliError(`${connection.server} shows a certificate of its own; ${advice}`);
    }
    throw new Unreachable(`nothing answers at ${connection.server}: ${error.message}`);
  });
  if (answer.status === 401) {
    const advice = '"sailplane token create" on the control plane makes a new one';
    throw new CliError(`the token is not valid or has expired; ${advice}`);
  }
  try {
    return { ...connection, token: bodyOf<{ token: string }>(answer).token };
  } catch (error) {
    throw new CliError(`${connection.server} refused ${nodeName}: ${(error as Error).message}`);
  }
}

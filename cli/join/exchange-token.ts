import { bodyOf, requestApi } from "../api-request.ts";
import { CliError } from "../cli-error.ts";
import type { Connection } from "../kubeconfig.ts";

const bootstrapToken = /^[a-z0-9]{6}\.[a-z0-9]{16}$/;

/**
 * The node's own token for a bootstrap token: `POST /sailplane/v1/join {nodeName}` answers `{token}`. A token of any
 * other form is a credential already and is used as it is.
 */
export async function exchangeToken(bootstrap: Connection, nodeName: string): Promise<string> {
  if (!bootstrapToken.test(bootstrap.token)) return bootstrap.token;
  const answer = await requestApi(bootstrap, { method: "POST", path: "/sailplane/v1/join", body: { nodeName } }).catch(
    (error: NodeJS.ErrnoException) => {
      const selfSigned = /self.signed|unable to (get|verify)/i.test(error.message);
      throw new CliError(
        selfSigned
          ? `${bootstrap.server} shows a certificate of its own; name its authority with --ca-cert-hash or --ca-file`
          : `nothing answers at ${bootstrap.server}: ${error.message}`,
      );
    },
  );
  if (answer.status === 401) {
    throw new CliError(
      'the token is not valid or has expired; "sailplane token create" on the control plane makes a new one',
    );
  }
  try {
    return bodyOf<{ token: string }>(answer).token;
  } catch (error) {
    throw new CliError(`${bootstrap.server} refused ${nodeName}: ${(error as Error).message}`);
  }
}

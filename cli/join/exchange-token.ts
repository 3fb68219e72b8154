import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "../../api/error-message.ts";
import { type ApiCall, bodyOf, callApi } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import type { Connection } from "../kubeconfig.ts";

/** Nothing answered, or only that it cannot: what was known before is still valid. */
export class Unreachable extends CliError {}

/** The node's credential is no longer valid. */
export class TokenRefused extends CliError {}

/**
 * Exchanges a credential that may create nodes (a bootstrap token, an administrator's, or the node's own, to renew it)
 * for the node's own connection: `POST /sailplane/v1/join {nodeName}` answers `{token}`.
 */
export async function exchangeToken(connection: Connection, nodeName: string): Promise<Connection> {
  const request: ApiCall = { method: "POST", path: "/sailplane/v1/join", body: { nodeName } };
  const response = await callApi(connection, request).catch((error: Error) => {
    throw whyUnreachable(connection.server, error);
  });
  if (response.status === 401) {
    const advice = '"sailplane token create" on the control plane makes a new one';
    throw new TokenRefused(`the token is not valid or has expired; ${advice}`);
  }
  try {
    return { ...connection, token: bodyOf<{ token: string }>(response).token };
  } catch (error) {
    if (isTrouble(response.status)) throw new Unreachable(`${connection.server} answers ${errorMessage(error)}`);
    throw new CliError(`${connection.server} refused ${nodeName}: ${errorMessage(error)}`);
  }
}

/** The control plane's own, or that of a proxy before it; it says nothing of the credential. */
const isTrouble = (status: number): boolean => status >= 500 || status === 429;

const ASK_AGAIN_MS = 1000;

interface Patience {
  /** Ends the waiting; then the promise rejects. */
  readonly signal: AbortSignal;
  /** Called at most once. */
  readonly report: (problem: string) => void;
}

/** {@link exchangeToken} with a control plane that runs, and answers before long however slow its disk is. */
export async function exchangeTokenPatiently(
  connection: Connection,
  nodeName: string,
  { signal, report }: Patience,
): Promise<Connection> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await exchangeToken(connection, nodeName);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (attempt === 0) report(`${error.message}; asking again until it answers`);
      await sleep(ASK_AGAIN_MS, undefined, { signal });
    }
  }
}

function whyUnreachable(server: string, { message, code }: NodeJS.ErrnoException): CliError {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const { hostname } = new URL(server);
    const advice = `start it with "sailplane up --tls-san ${hostname}"`;
    return new Unreachable(`the certificate of ${server} is not for ${hostname}: on the control plane, ${advice}`);
  }
  if (!/self.signed|unable to (get|verify)/i.test(message))
    return new Unreachable(`nothing answers at ${server}: ${message}`);
  return new CliError(
    `${server} has a certificate that is not publicly trusted; specify its authority with --ca-cert-hash or --ca-file`,
  );
}

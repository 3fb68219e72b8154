import { createHash, randomFillSync, X509Certificate } from "node:crypto";
import { Command, Option } from "commander";
import { errorMessage } from "../../api/error-message.ts";
import {
  bootstrapTokenSecret,
  joinCommand,
  NODE_SCRIPT,
  newBootstrapToken,
  type OwnAuthority,
} from "../../client/bootstrap-token.ts";
import { type ApiCall, bodyOf, callApi, explainUnreachable, fetchJson } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { publicKeyPin } from "../control-plane/certificates.ts";
import { type Connection, readContextName, readKubeconfig, saveKubeconfig } from "../kubeconfig.ts";
import { serverForOthers } from "../server-for-others.ts";
import { dataDirectoryOption, parseDuration } from "./options.ts";

interface CreateOptions {
  readonly dataDir: string;
  /** Seconds; 0 for a token that never expires. */
  readonly ttl: number;
  readonly description?: string;
}

export const tokenCommand = (): Command =>
  new Command("token")
    .summary("create tokens for joining machines; replace the administrator's")
    .description("Creates the tokens with which machines join, and replaces the administrator's token.")
    .addCommand(
      new Command("create")
        .summary("create a token and print the command that joins with it")
        .description(
          "Creates a bootstrap token (a Secret in kube-system, like kubeadm's) and prints the command that makes a machine a node.",
        )
        .addOption(dataDirectoryOption())
        .addOption(
          new Option("--ttl <duration>", "how long it is valid: 30m, 24h, or 0 for ever")
            .argParser(parseDuration)
            .default(86_400, "24h"),
        )
        .addOption(new Option("--description <text>", "its purpose, stored with it"))
        .action(create),
    )
    .addCommand(
      new Command("rotate-admin")
        .summary("replace the administrator's token")
        .description(
          "Replaces the administrator's token, in the control plane and in DIR/kubeconfig. The old token is invalid from then on: replace copies of the kubeconfig.",
        )
        .addOption(dataDirectoryOption())
        .action(rotateAdministrator),
    );

async function create({ dataDir, ttl, description }: CreateOptions): Promise<void> {
  const connection = readKubeconfig(dataDir);
  const token = newBootstrapToken((bytes) => randomFillSync(bytes));
  const request: ApiCall = {
    method: "POST",
    path: "/api/v1/namespaces/kube-system/secrets",
    body: bootstrapTokenSecret(token, {
      ...(ttl > 0 && { expires: Date.now() + ttl * 1000 }),
      ...(description !== undefined && { description }),
    }),
  };
  const response = await explainUnreachable(connection, callApi(connection, request));
  try {
    bodyOf(response);
  } catch (error) {
    throw new CliError(`the control plane refused the token: ${errorMessage(error)}`);
  }
  const server = await serverForOthers(connection);
  console.log(joinCommand(server ?? connection.server, token, await ownAuthority(connection)));
  console.error(
    server === undefined
      ? 'This control plane listens on this machine only. For other machines, start it with "sailplane up --bind 0.0.0.0", then ask for a token again.'
      : 'Run it on the other machine, which needs Node.js 20.10 or newer: with "sudo sh" for containers, with "install" in place of "join" to have systemd keep it running.',
  );
}

async function ownAuthority(connection: Connection): Promise<OwnAuthority | undefined> {
  const { ca } = connection;
  if (!ca) return undefined;
  const { status, text } = await explainUnreachable(
    connection,
    callApi(connection, { method: "GET", path: NODE_SCRIPT }),
  );
  return {
    pin: publicKeyPin(new X509Certificate(ca).publicKey.export({ type: "spki", format: "der" })),
    script: status === 200 ? createHash("sha256").update(text).digest("hex") : undefined,
  };
}

async function rotateAdministrator({ dataDir }: { readonly dataDir: string }): Promise<void> {
  const connection = readKubeconfig(dataDir);
  const request: ApiCall = { method: "POST", path: "/sailplane/v1/administrator" };
  const { token } = await fetchJson<{ token: string }>(connection, request);
  const name = readContextName(dataDir);
  saveKubeconfig(dataDir, name, { ...connection, token });
  console.log(`The administrator's new token is in ${dataDir}/kubeconfig.`);
}

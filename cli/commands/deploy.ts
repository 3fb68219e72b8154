import { Command, Option } from "commander";
import { NO_LOCAL_VOLUMES } from "../../api/node/local-volumes.ts";
import { CliError } from "../cli-error.ts";
import { expectControlPlane } from "../clusters/expect-control-plane.ts";
import {
  type AuditOptions,
  auditBindings,
  auditPolicyOption,
  auditWebhookOption,
} from "../control-plane/audit-options.ts";
import { type AuthenticationOptions, authenticationOption } from "../control-plane/authentication-option.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { loadIdentity, secretsOf } from "../control-plane/identity.ts";
import { parseKubeconfig, renderKubeconfig } from "../kubeconfig.ts";
import { wranglerDeploy } from "../wrangler.ts";
import { dualStackOption, shardsOption } from "./options.ts";

interface DeployOptions extends AuditOptions, AuthenticationOptions {
  readonly dataDir: string;
  readonly url?: string;
  readonly dryRun?: boolean;
  readonly ingressDomain?: string;
  readonly dualStack?: boolean;
  /** In the format of the Worker's SHARDS. */
  readonly shards?: string;
  readonly localClass: boolean;
}

export const deployCommand = (): Command =>
  new Command("deploy")
    .summary("deploy the same control plane to Cloudflare")
    .description(
      'Deploys the same control plane to Cloudflare, with "wrangler deploy" and wrangler.toml. Log in first with "npx wrangler login".',
    )
    .addOption(
      new Option(
        "-d, --data-dir <dir>",
        "the directory for its keys and kubeconfig, which a cluster always needs",
      ).default(".sailplane-cloud"),
    )
    .addOption(new Option("--url <url>", "its address, for the kubeconfig, unless it is the workers.dev address"))
    .addOption(
      new Option(
        "--ingress-domain <domain>",
        "serve Ingresses of class sailplane below this domain, which must be in your Cloudflare account",
      ),
    )
    .addOption(dualStackOption())
    .addOption(shardsOption())
    .addOption(new Option("--no-local-class", "create no StorageClass for volumes on nodes' own disks"))
    .addOption(authenticationOption())
    .addOption(auditPolicyOption())
    .addOption(auditWebhookOption())
    .addOption(new Option("--dry-run", "bundle and check, but upload nothing"))
    .action(deploy);

async function deploy({
  dataDir,
  url,
  dryRun,
  ingressDomain,
  dualStack,
  shards,
  localClass,
  authenticationConfig,
  ...audit
}: DeployOptions): Promise<void> {
  if (authenticationConfig?.authorities.length) {
    throw new CliError("certificateAuthority: Cloudflare trusts only public authorities; remove it");
  }
  if (dryRun) {
    await wranglerDeploy(["--dry-run"]);
    return;
  }
  const directory = new DataDirectory(dataDir);
  process.once("exit", () => directory.release());
  expectControlPlane(dataDir);
  const storedServer = parseKubeconfig(directory.read("kubeconfig") ?? "")?.server;
  const known = storedServer === UNKNOWN_SERVER ? undefined : storedServer;
  const identity = loadIdentity(directory, { bind: "127.0.0.1" }, new Date());
  const writeKubeconfig = (server: string) =>
    directory.write("kubeconfig", renderKubeconfig("sailplane", { server, token: identity.adminToken }));
  // Saved before the upload: if something failed after it, the owner would be locked out.
  writeKubeconfig(url ?? known ?? UNKNOWN_SERVER);
  // Cloudflare presents a certificate of a public CA, so the cluster's own CA is not uploaded.
  const { CLUSTER_CA: _, ...own } = secretsOf(identity);
  const secrets = { ...own, ...auditBindings(audit), ...authenticationConfig?.bindings };
  mustFit(secrets);
  directory.write("secrets.json", JSON.stringify(secrets));
  const ingress = ingressDomain ? ["--var", `INGRESS_DOMAIN:${ingressDomain}`, "--route", `*.${ingressDomain}/*`] : [];
  const families = dualStack ? ["--var", "DUAL_STACK:true"] : [];
  const stores = shards ? ["--var", `SHARDS:${shards}`] : [];
  const volumes = localClass ? [] : ["--var", `LOCAL_VOLUMES:${NO_LOCAL_VOLUMES}`];
  const printed = await wranglerDeploy([
    "--secrets-file",
    directory.file("secrets.json"),
    ...ingress,
    ...families,
    ...stores,
    ...volumes,
  ]);
  const server = url ?? /https:\/\/\S+\.workers\.dev/.exec(printed)?.[0] ?? known;
  writeKubeconfig(server ?? UNKNOWN_SERVER);
  console.log(`\nkubeconfig  ${directory.file("kubeconfig")}`);
  if (!server) console.log("Its address is not known yet: run this again with --url.");
}

/** Cloudflare's size limit for one secret, in bytes. */
const SECRET_BYTES = 5120;

function mustFit(secrets: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(secrets)) {
    const length = Buffer.byteLength(value);
    if (length > SECRET_BYTES) throw new CliError(`${name} has ${length} bytes, and Cloudflare allows ${SECRET_BYTES}`);
  }
}

/** A placeholder in the kubeconfig until the address is known; no such host can exist (RFC 2606). */
const UNKNOWN_SERVER = "https://sailplane.invalid";

import { Command, CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import { auditCommand } from "./commands/audit.ts";
import { backupCommand } from "./commands/backup.ts";
import { checkCommand } from "./commands/check.ts";
import { clusterCommand } from "./commands/cluster.ts";
import { deployCommand } from "./commands/deploy.ts";
import { encryptionCommand } from "./commands/encryption.ts";
import { installCommand } from "./commands/install.ts";
import { joinCommand } from "./commands/join.ts";
import { kubeconfigCommand } from "./commands/kubeconfig.ts";
import { leaveCommand } from "./commands/leave.ts";
import { nodeCommand } from "./commands/node.ts";
import { proxyCommand } from "./commands/proxy.ts";
import { restoreCommand } from "./commands/restore.ts";
import { statusCommand } from "./commands/status.ts";
import { tokenCommand } from "./commands/token.ts";
import { upCommand } from "./commands/up.ts";
import { versionCommand } from "./commands/version.ts";
import { failIfOutputIsLost } from "./output.ts";
import { version } from "./version.ts";

const program = new Command("sailplane")
  .description("Kubernetes with no servers to run: a control plane on this machine or on Cloudflare, nodes anywhere.")
  .version(version, "-V, --version", "print the version of sailplane")
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "sailplane: ")) })
  .configureHelp({ commandDescription: (command) => command.description() || sentence(command.summary()) })
  .enablePositionalOptions()
  .exitOverride()
  .addHelpText(
    "after",
    `
First steps:
  sailplane up                                  a control plane and a node, here
  export KUBECONFIG=$PWD/.sailplane/kubeconfig
  kubectl get nodes
  sailplane token create                        prints what to run on another machine to make it a node`,
  );
for (const command of [
  upCommand(),
  joinCommand(),
  installCommand(),
  nodeCommand(),
  leaveCommand(),
  tokenCommand(),
  clusterCommand(),
  auditCommand(),
  encryptionCommand(),
  checkCommand(),
  backupCommand(),
  restoreCommand(),
  kubeconfigCommand(),
  proxyCommand(),
  statusCommand(),
  deployCommand(),
  versionCommand(),
]) {
  program.addCommand(command);
}
settle(program, program.name());

function sentence(words: string): string {
  return words && `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** What all subcommands inherit, and where their errors point. */
function settle(command: Command, path: string): void {
  command.showHelpAfterError(`("${path} --help" says more)`);
  for (const child of command.commands) settle(child.copyInheritedSettings(command), `${path} ${child.name()}`);
}

failIfOutputIsLost();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  console.error(
    `sailplane: ${error instanceof CliError ? error.message : error instanceof Error ? error.stack : error}`,
  );
  process.exit(1);
}

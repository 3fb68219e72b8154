import { Command } from "commander";
import workerd from "workerd/package.json" with { type: "json" };
import { kubernetesVersion, version } from "../version.ts";

export const versionCommand = (): Command =>
  new Command("version")
    .summary("print versions")
    .description("Prints the versions of sailplane, of the Kubernetes API it serves, and of what it runs on.")
    .action(() => {
      console.log(`sailplane  ${version}`);
      console.log(`kubernetes ${kubernetesVersion}`);
      console.log(`workerd    ${workerd.version}`);
      console.log(`node       ${process.versions.node}`);
    });

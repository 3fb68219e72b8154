import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeContract } from "../runtime.contract.ts";
import { ProcessRuntime } from "./process-runtime.ts";
import { supervisorCommand } from "./supervisor-command.ts";

const directory = mkdtempSync(join(tmpdir(), "sailplane-process-"));

runtimeContract("process", {
  image: "none",
  open: async () =>
    new ProcessRuntime({ directory, supervisorCommand: supervisorCommand(), addresses: () => ["127.0.0.1"] }),
});

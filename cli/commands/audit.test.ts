import { expect, test } from "vitest";
import { auditCommand } from "./audit.ts";

test("more events than the control plane gives at a time are refused, not left out", async () => {
  const command = auditCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  await expect(command.parseAsync(["--limit", "10001"], { from: "user" })).rejects.toThrow("10000 at most");
});

import { expect, it } from "vitest";
import { systemdUnit } from "./systemd-unit.ts";

it("starts the node with its words as they are, and does not start one that has left", () => {
  const unit = systemdUnit({
    command: ["/usr/bin/node", "/a b/sailplane.mjs", "join", "100%"],
    environment: { A: "$x" },
  });
  expect(unit).toContain('ExecStart=/usr/bin/node "/a b/sailplane.mjs" join "100%%"\n');
  expect(unit).toContain('Environment="A=$$x"\n');
  expect(unit).toContain("Restart=on-failure\n");
  expect(unit).toContain("KillMode=process\n");
});

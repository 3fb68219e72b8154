import { expect, it } from "vitest";
import { systemdUnit } from "./unit.ts";

it("a systemd unit quotes the command line exactly, and does not restart a node that has left the cluster", () => {
  const unit = systemdUnit({
    description: "Sailplane node",
    command: ["/usr/bin/node", "/a b/sailplane.mjs", "join", "100%", "$x"],
    directory: "/srv/100% mine",
    environment: { A: "$x" },
  });
  expect(unit).toContain("WorkingDirectory=/srv/100%% mine\n");
  expect(unit).toContain('ExecStart=/usr/bin/node "/a b/sailplane.mjs" join "100%%" "$$x"\n');
  expect(unit).toContain('Environment="A=$x"\n');
  expect(unit).toContain("Restart=on-failure\n");
  expect(unit).toContain("KillMode=process\n");
});

it("a systemd unit is started again however often it has failed", () => {
  const unit = systemdUnit({ description: "", command: ["/usr/bin/node"], directory: "/", environment: {} });
  expect(unit.slice(0, unit.indexOf("[Service]"))).toContain("\nStartLimitIntervalSec=0\n");
});

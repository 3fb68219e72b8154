import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWord } from "./shell-word.ts";

it.each(["/srv/plane/kubeconfig", "/home/Jörg Müller/it's $(id)/`kube`", "-", ""])("a shell reads %j back", (text) => {
  expect(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" })).toBe(text);
});

it("leaves what needs no quotes as it is", () => {
  expect(shellWord("/srv/plane-2/kube_config.yaml")).toBe("/srv/plane-2/kube_config.yaml");
});

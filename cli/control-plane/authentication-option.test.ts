import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { type AuthenticationOptions, authenticationOption } from "./authentication-option.ts";
import { createAuthority } from "./certificates.ts";

const directory = temporaryDirectory();

function authorities(certificateAuthority: string): readonly string[] | undefined {
  const issuer = { url: "https://issuer.example", audiences: ["a"], certificateAuthority };
  const claimMappings = { username: { claim: "sub", prefix: "" } };
  const kinds = { apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthenticationConfiguration" };
  writeFileSync(`${directory}/file`, JSON.stringify({ ...kinds, jwt: [{ issuer, claimMappings }] }));
  const command = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addOption(authenticationOption());
  command.parse(["--authentication-config", `${directory}/file`], { from: "user" });
  return command.opts<AuthenticationOptions>().authenticationConfig?.authorities;
}

test("an issuer's authority is the certificates in a PEM, without what stands around them", () => {
  const [first, second] = [1, 2].map((hour) => createAuthority(new Date(hour * 3_600_000)).certificate.trim());
  expect(authorities(`subject: one\n${first}\n\nsubject: two\n${second}\n`)).toEqual([first, second]);
});

test.each([
  ["no PEM", "/etc/ca.crt"],
  ["another kind of PEM", "-----BEGIN CRT-----\nAAAA\n-----END CRT-----\n"],
  ["no certificate in the PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
])("an authority that is %s is refused by the path of its field", (_, pem) => {
  expect(() => authorities(pem)).toThrow("jwt[0].issuer.certificateAuthority: is the PEM of one or more certificates");
});

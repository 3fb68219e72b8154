import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { extendedKeyUsage, extensions } from "../../api/machinery/x509/certificate.ts";
import * as der from "../../api/machinery/x509/der.ts";
import { renderPem } from "../../api/machinery/x509/pem.ts";
import { createAuthority, createServingCertificate } from "../../cli/control-plane/certificates.ts";
import { createNamesake } from "../../test/fakes/namesake-certificate.ts";
import { connectVerified } from "./verified-tls.ts";

const NAME = "hook.ns.svc";
let server: Server;
afterEach(() => server.close());

async function outcome(
  { certificate, key }: { readonly certificate: string; readonly key: string },
  ca: string,
  servername = NAME,
) {
  server = createServer({ cert: certificate, key });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return connectVerified({ host: "127.0.0.1", port, servername, ca }).then(
    (socket) => {
      socket.destroy();
      return "verified";
    },
    ({ code }: NodeJS.ErrnoException) => code,
  );
}

describe("TUNNEL-TLS: a server's certificate", () => {
  it("may have the same subject as the CA that signed it", async () => {
    const namesake = createNamesake(NAME);
    expect(await outcome(namesake, namesake.ca)).toBe("verified");
  });

  it("with the subject of its CA is otherwise fully verified", async () => {
    const namesake = createNamesake(NAME);
    expect(await outcome(namesake, createNamesake(NAME).ca)).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(await outcome(namesake, namesake.ca, "other.ns.svc")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    for (const options of [{ days: -1 }, { usage: extendedKeyUsage.clientAuth }]) {
      const bad = createNamesake(NAME, options);
      expect(await outcome(bad, bad.ca)).not.toBe("verified");
    }
  });

  it("with the subject of its CA is not accepted from a CA for other names or other purposes", async () => {
    const other = der.sequence(der.explicit(0, der.sequence(der.sequence(der.implicit(2, Buffer.from("other.test"))))));
    const names = der.sequence(der.objectIdentifier("2.5.29.30"), der.boolean(true), der.octetString(other));
    for (const constraint of [names, extensions.extendedUsage(extendedKeyUsage.clientAuth)]) {
      const limited = createNamesake(NAME, { constraints: [constraint] });
      expect(await outcome(limited, limited.ca)).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    }
  });

  it("must have the server's name as an alternative name, not only as its common name", async () => {
    const nameless = createNamesake(NAME, { named: false });
    expect(await outcome(nameless, nameless.ca)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("AGENT-STANDS: is verified by a bundle of which some certificates cannot be read", async () => {
    const namesake = createNamesake(NAME);
    const unreadable = renderPem("CERTIFICATE", new Uint8Array(3));
    expect(await outcome(namesake, namesake.ca + unreadable)).toBe("verified");
    expect(await outcome(namesake, createNamesake(NAME).ca + unreadable)).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(await outcome(namesake, unreadable)).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  it("may itself be what is trusted, as in the suites of controller-runtime, without the CA that signed it", async () => {
    const serving = createServingCertificate(
      createAuthority(new Date()).key,
      [{ type: "dns", value: NAME }],
      new Date(),
    );
    expect(await outcome(serving, serving.certificate)).toBe("verified");
    expect(await outcome(serving, serving.certificate, "other.ns.svc")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    const longAgo = new Date(Date.now() - 2 * 365 * 86_400_000);
    const old = createServingCertificate(createAuthority(longAgo).key, [{ type: "dns", value: NAME }], longAgo);
    expect(await outcome(old, old.certificate)).toBe("CERT_HAS_EXPIRED");
  });

  it("with another subject is verified as usual", async () => {
    const authority = createAuthority(new Date());
    const serving = createServingCertificate(authority.key, [{ type: "dns", value: NAME }], new Date());
    expect(await outcome(serving, authority.certificate)).toBe("verified");
    expect(await outcome(serving, authority.certificate, "other.ns.svc")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await outcome(serving, createAuthority(new Date()).certificate)).toBe("UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
  });
});

import { expect, test } from "vitest";
import { call } from "../../../test/workers/core-calls.ts";

/** Of CN=x, with an ECDSA key. */
const REQUEST =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISE1HNENBUUF3RERFS01BZ0dBMVVFQXd3QmVEQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCSzRVYzY2N1RkcExmQ0Uyb2x5VkgvM3d6MU5BWWxLdFVHeU1jUTJWU0dDY0IzTWhrcnc3eDJOSVVoYkh3VlNqCld2TmlsaElBSHQ4Mkh0Y25DN2tVOEpXZ0FEQUtCZ2dxaGtqT1BRUURBZ05KQURCR0FpRUEvQlNZZnFpZUZnVXcKakk4RTdWM2lDM2p3YjFMZVpBellHTHE0R3ZHcTNITUNJUUR2Tmg5MEpLWXZQMy9WV0U5ay8vNW9lcm91Um03NgptcENPc1VpUmh3eUx0Zz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=";

/** Its bytes, and where it has its subject, names the algorithm of its signature, and has its key. */
const LENGTH = 202;
const ALGORITHM = 125;
const KEY = 65;
const SUBJECT = 8;

/** With another bit in one byte, counted from the end. */
const changed = (request: string, fromEnd: number): string => {
  const [head = "", body = "", ...rest] = atob(request).split(/(?<=-----\n)/);
  const bytes = Uint8Array.from(atob(body.slice(0, body.indexOf("-----"))), (char) => char.charCodeAt(0));
  bytes[bytes.length - fromEnd] = (bytes[bytes.length - fromEnd] ?? 0) ^ 1;
  const encoded = btoa(String.fromCharCode(...bytes));
  return btoa(`${head}${encoded}\n-----END CERTIFICATE REQUEST-----\n${rest.join("")}`);
};

test("CTL-CSR-POSSESSION: a CSR that is not signed by its own key is refused, for any signer", async () => {
  const requests = "https://sailplane/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const requested = (name: string, request: string) =>
    call(requests, { metadata: { name }, spec: { request, signerName: "example.com/own", usages: ["client auth"] } });
  expect((await requested("signed", REQUEST)).code).toBe(201);
  const UNKNOWN = "x509: cannot verify signature: algorithm unimplemented";
  for (const [what, fromEnd, problem] of [
    ["signature", 3, "x509: ECDSA verification failure"],
    ["algorithm", LENGTH - ALGORITHM, UNKNOWN],
    ["key", LENGTH - KEY, UNKNOWN],
    ["structure", LENGTH - SUBJECT, "asn1: structure error"],
  ] as const) {
    const forged = changed(REQUEST, fromEnd);
    const { code, object } = await requested(what, forged);
    expect([code, object.message]).toEqual([
      422,
      `CertificateSigningRequest.certificates.k8s.io "${what}" is invalid: spec.request: Invalid value: "${forged}": ${problem}`,
    ]);
  }
});

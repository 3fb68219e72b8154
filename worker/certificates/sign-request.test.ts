import { createSign, generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CertificateSigningRequest } from "../../api/generated/certificates.v1.ts";
import { commonName } from "../../api/machinery/x509/certificate.ts";
import { parseCertificateRequest } from "../../api/machinery/x509/certificate-request.ts";
import * as der from "../../api/machinery/x509/der.ts";
import { pemInBase64 } from "../../api/machinery/x509/pem.ts";
import { signRequest } from "./sign-request.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-22T12:00:00Z");
const authorityPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const authority = {
  name: commonName("ca"),
  certificate: new Uint8Array(),
  keyId: new Uint8Array(20),
  until: NOW + 3650 * DAY_MS,
};
const signing = {
  authority,
  sign: async (bytes: Uint8Array) =>
    new Uint8Array(sign("sha256", bytes, { key: authorityPair.privateKey, dsaEncoding: "ieee-p1363" })),
  serial: new Uint8Array([7]),
  now: NOW,
};

const attribute = (id: string, value: string) => der.set(der.sequence(der.objectIdentifier(id), der.utf8String(value)));
const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
const ALTERNATIVE = "2.5.29.17";
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
const ECDSA = "1.2.840.10045.4.3.2";
const RSA = "1.2.840.113549.1.1.11";

interface Asked {
  readonly subject: readonly Uint8Array[];
  readonly dns?: string;
  readonly kind?: "ec" | "rsa";
  readonly forged?: boolean;
}

function requestFor({ subject, dns, kind = "ec", forged = false }: Asked): string {
  const { publicKey, privateKey } =
    kind === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const names = dns ? [der.element(0x82, new TextEncoder().encode(dns))] : [];
  const wanted = der.sequence(der.objectIdentifier(ALTERNATIVE), der.octetString(der.sequence(...names)));
  const attributes = dns
    ? der.sequence(der.objectIdentifier(EXTENSION_REQUEST), der.set(der.sequence(wanted)))
    : new Uint8Array();
  const info = der.sequence(
    der.integer(new Uint8Array([0])),
    der.sequence(...subject),
    publicKey.export({ type: "spki", format: "der" }),
    der.explicit(0, attributes),
  );
  const signature = createSign("sha256")
    .update(forged ? "another" : info)
    .sign(privateKey);
  const algorithm = der.sequence(der.objectIdentifier(kind === "ec" ? ECDSA : RSA));
  return pemInBase64("CERTIFICATE REQUEST", der.sequence(info, algorithm, der.bitString(signature)));
}

const asking = (request: string, spec: Partial<CertificateSigningRequest["spec"]> = {}): CertificateSigningRequest => ({
  metadata: { name: "r" },
  spec: { request, signerName: "kubernetes.io/kube-apiserver-client", usages: ["client auth"], ...spec },
  status: {},
});
const user = [attribute(ORGANIZATION, "team"), attribute(COMMON_NAME, "eve")];
const kubelet = [attribute(ORGANIZATION, "system:nodes"), attribute(COMMON_NAME, "system:node:n1")];

async function issued(request: CertificateSigningRequest): Promise<X509Certificate> {
  const answer = await signRequest(request, signing);
  if ("refused" in answer) throw new Error(answer.refused);
  return new X509Certificate(Buffer.from(answer.certificate, "base64"));
}

describe("certificate requests", () => {
  it.each(["ec", "rsa"] as const)("are signed for the user with %s keys", async (kind) => {
    const certificate = await issued(asking(requestFor({ subject: user, kind })));
    expect(certificate.verify(authorityPair.publicKey)).toBe(true);
    expect(certificate.subject).toBe("O=team\nCN=eve");
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(certificate.validTo).toBe("Nov 22 11:55:00 2027 GMT");
  });

  it("CTL-CSR-SUBJECT: certify only the checked parts of a subject, in Go's order", async () => {
    const subject = [
      attribute(COMMON_NAME, "first"),
      attribute("1.2.840.113549.1.9.1", "eve@example.com"),
      attribute(ORGANIZATION, "b"),
      attribute("2.5.4.5", "7"),
      attribute(ORGANIZATION, "ä"),
      attribute("2.5.4.6", "CH"),
      attribute(COMMON_NAME, "eve"),
    ];
    const certificate = await issued(asking(requestFor({ subject })));
    expect(certificate.subject).toBe("C=CH\nO=b + O=ä\nCN=eve\nserialNumber=7");
  });

  it("CTL-CSR-LIFE: are valid for the requested time, starting now if that is short", async () => {
    const request = requestFor({ subject: user });
    const hour = await issued(asking(request, { expirationSeconds: 3600 }));
    expect(hour.validTo).toBe("Nov 22 13:00:00 2026 GMT");
  });

  it("of kubelets contain their serving names", async () => {
    const request = requestFor({ subject: kubelet, dns: "n1.local" });
    const spec = { signerName: "kubernetes.io/kubelet-serving", usages: ["digital signature", "server auth"] };
    expect((await issued(asking(request, spec))).subjectAltName).toBe("DNS:n1.local");
  });

  it.each<[string, Asked, Partial<CertificateSigningRequest["spec"]>]>([
    ["invalid usage for client certificate: server auth", { subject: user }, { usages: ["server auth"] }],
    ["missing required usage for client certificate: client auth", { subject: user }, { usages: ["key encipherment"] }],
    [
      "subject organization is not system:nodes",
      { subject: user },
      { signerName: "kubernetes.io/kubelet-serving", usages: ["server auth"] },
    ],
    [
      "DNS or IP subjectAltName is required",
      { subject: kubelet },
      { signerName: "kubernetes.io/kubelet-serving", usages: ["digital signature", "server auth"] },
    ],
    [
      "usages did not match [digital signature key encipherment server auth]",
      { subject: kubelet, dns: "n1.local" },
      { signerName: "kubernetes.io/kubelet-serving", usages: ["digital signature", "client auth"] },
    ],
    [
      "unable to verify certificate request signature: x509: unsupported or wrong signature",
      { subject: user, forged: true },
      {},
    ],
  ])("are refused: %s", async (refused, request, spec) => {
    expect(await signRequest(asking(requestFor(request), spec), signing)).toEqual({ refused });
  });
});

describe("a request's subject", () => {
  const organizations = (base64: string) => parseCertificateRequest(base64)?.organizations;

  it("names every organization, and nothing else", () => {
    const subject = [attribute(ORGANIZATION, "system:masters"), ...user, attribute(ORGANIZATION, "o".repeat(200))];
    expect(organizations(requestFor({ subject }))).toEqual(["system:masters", "team", "o".repeat(200)]);
  });

  it.each(["", btoa("-----BEGIN CERTIFICATE REQUEST-----\n!MII\n-----END CERTIFICATE REQUEST-----")])(
    "is not read from an invalid request: %j",
    (text) => expect(organizations(text)).toBeUndefined(),
  );
});

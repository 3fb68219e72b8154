import { createPublicKey, X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import type { ApiRequest } from "../../api/api-request.ts";
import { createAuthority } from "../../cli/control-plane/certificates.ts";
import { fetchServerCertificate } from "./server-certificate.ts";

const { certificate } = createAuthority(new Date());

function controlPlane(answer: { code: number; body: string }) {
  const requests: ApiRequest[] = [];
  const request = async (request: ApiRequest) => {
    requests.push(request);
    return answer;
  };
  return { requests, calls: { request } };
}

it("a certificate is requested for a new key of the agent's own, and renewed at half of its lifetime", async () => {
  const { requests, calls } = controlPlane({ code: 201, body: JSON.stringify({ certificate }) });
  const door = await fetchServerCertificate(calls, "a/b", "api-door");
  expect(requests).toEqual([
    {
      method: "POST",
      path: "/sailplane/v1/nodes/a%2Fb/api-door",
      headers: { "content-type": "application/json" },
      body: expect.any(String),
    },
  ]);
  const { publicKey } = JSON.parse(requests[0]?.body ?? "{}") as { publicKey: string };
  const shown = createPublicKey({ key: Buffer.from(publicKey, "base64"), type: "spki", format: "der" });
  expect(createPublicKey(door.key).export({ type: "spki", format: "pem" })).toBe(
    shown.export({ type: "spki", format: "pem" }),
  );
  expect(door.cert).toBe(certificate);
  const { validFrom, validTo } = new X509Certificate(certificate);
  expect(door.renewAt - Date.parse(validFrom)).toBe(Date.parse(validTo) - door.renewAt);
});

it("requesting a certificate fails if the control plane refuses", async () => {
  const { calls } = controlPlane({ code: 403, body: "no" });
  await expect(fetchServerCertificate(calls, "n", "api-door")).rejects.toThrow(
    "the control plane gives no api-door: no",
  );
});

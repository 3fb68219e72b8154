/**
 * The certificate that the node presents to its pods in place of the API server: a key of its own, certified by the
 * control plane.
 */
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { isSuccess } from "../../api/api-request.ts";
import type { ControlPlaneCalls } from "./control-plane-calls.ts";

export interface ApiProxyCertificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** When to request another one (ms): after half of its life. */
  readonly renewAt: number;
}

/** Fails if the control plane does not answer, or refuses. */
export async function fetchApiProxyCertificate(
  controlPlane: Pick<ControlPlaneCalls, "request">,
  nodeName: string,
): Promise<ApiProxyCertificate> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const response = await controlPlane.request({
    method: "POST",
    path: `/sailplane/v1/nodes/${encodeURIComponent(nodeName)}/api-door`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") }),
  });
  if (!isSuccess(response))
    throw new Error(`the control plane gives no certificate for the way to it: ${response.body}`);
  const { certificate } = JSON.parse(response.body) as { readonly certificate: string };
  const { validFrom, validTo } = new X509Certificate(certificate);
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: certificate,
    renewAt: (Date.parse(validFrom) + Date.parse(validTo)) / 2,
  };
}

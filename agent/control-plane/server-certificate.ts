/** Certificates of the servers that the node runs: for a key of its own, certified by the control plane. */
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { type ApiRequest, type ApiResponse, isSuccess } from "../../api/api-request.ts";

/** What the server is: the last part of the path at which its certificate is requested. */
export type CertifiedServer = "api-door" | "kubelet-certificate";

export interface ServerCertificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** When to request another one (ms): after half of its life. */
  readonly renewAt: number;
}

export interface CertificateIssuer {
  /** As the node. */
  readonly request: (request: ApiRequest) => Promise<ApiResponse>;
}

/** Fails if the control plane does not answer, or refuses. */
export async function fetchServerCertificate(
  controlPlane: CertificateIssuer,
  nodeName: string,
  server: CertifiedServer,
): Promise<ServerCertificate> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const response = await controlPlane.request({
    method: "POST",
    path: `/sailplane/v1/nodes/${encodeURIComponent(nodeName)}/${server}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") }),
  });
  if (!isSuccess(response)) throw new Error(`the control plane gives no ${server}: ${response.body}`);
  const { certificate } = JSON.parse(response.body) as { readonly certificate: string };
  const { validFrom, validTo } = new X509Certificate(certificate);
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: certificate,
    renewAt: (Date.parse(validFrom) + Date.parse(validTo)) / 2,
  };
}

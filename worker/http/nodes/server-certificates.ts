/**
 * Certificates for a node's servers, each for a key of the node's own: POST `{publicKey}`, answered by `{certificate}`,
 * PEM.
 */
import type { Context } from "hono";
import type { Node, Service } from "../../../api/generated/core.v1.ts";
import { decodeBase64 } from "../../../api/machinery/encoding/base64.ts";
import { readObject } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { dnsSubdomain } from "../../../api/machinery/names.ts";
import { isIP, isIPv4 } from "../../../api/machinery/network/ip.ts";
import { badRequest, notFound } from "../../../api/machinery/status.ts";
import type { ServerNames } from "../../../api/machinery/x509/general-names.ts";
import { ApiError } from "../../api-error.ts";
import { clusterSigning } from "../../certificates/cluster-signing.ts";
import { serverCertificate } from "../../certificates/server-certificate.ts";
import type { Bindings } from "../bindings.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { readBody } from "../request/body.ts";
import { requireNode } from "./node-link.ts";

interface Named {
  readonly subject: string;
  readonly names: ServerNames;
}

const EC_P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

const API_NAMES = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
] as const;

const certify =
  (named: (c: Context<Bindings>, node: string) => Promise<Named>) =>
  async (c: Context<Bindings>): Promise<Response> => {
    const node = c.req.param("name") ?? "";
    await requireNode(c, node);
    const publicKey = await readKey(await readBody(c.req.raw));
    const server = { publicKey, ...(await named(c, node)) };
    return c.json({ certificate: await serverCertificate(server, await clusterSigning(c.env, c.get("cluster"))) }, 201);
  };

/**
 * POST /sailplane/v1/nodes/NAME/api-door: the node ends TLS for its own pods at `kubernetes.default.svc`
 * (docs/spec/pod-network.md, NET-TLS-CERT). Valid for the names by which pods know the API server, and no others.
 */
export const serveApiProxyCertificate = certify(async (c) => {
  const service = await read<Service>(c, { resource: "services", namespace: "default", name: "kubernetes" });
  const addresses = (service?.spec?.clusterIPs ?? []).filter(isIPv4);
  return { subject: "kube-apiserver", names: { dns: API_NAMES, addresses } };
});

/**
 * POST /sailplane/v1/nodes/NAME/kubelet-certificate: the node serves the kubelet's port (docs/spec/agent.md, AGENT-PORT).
 * Valid for the addresses in its Node.
 */
export const serveKubeletCertificate = certify(async (c, name) => {
  const node = await read<Node>(c, { resource: "nodes", namespace: "", name });
  if (node === undefined) throw new ApiError(notFound({ group: "", resource: "nodes" }, name));
  const addresses = (node.status.addresses ?? []).map(({ address }) => address);
  const dns = addresses.filter((address) => !isIP(address) && dnsSubdomain(address).length === 0);
  return { subject: `system:node:${name}`, names: { dns: [...new Set(dns)], addresses: addresses.filter(isIP) } };
});

const read = <T extends KubeObject>(
  c: Context<Bindings>,
  key: { resource: "nodes" | "services"; namespace: string; name: string },
) =>
  withPolicy(c, async ({ store }) => {
    const { entry } = await store.read(key);
    return entry && readObject<T>(entry.text);
  });

async function readKey(body: Uint8Array): Promise<Uint8Array> {
  const text = parse(body);
  const bytes = typeof text === "string" ? decodeBase64(text) : 0;
  try {
    if (typeof bytes === "number") throw new Error();
    await crypto.subtle.importKey("spki", bytes.slice(), EC_P256, false, ["verify"]);
    return bytes;
  } catch {
    throw new ApiError(badRequest('the body must be {"publicKey": BASE64}, an EC P-256 key as SubjectPublicKeyInfo'));
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return (JSON.parse(new TextDecoder().decode(body)) as { readonly publicKey?: unknown } | null)?.publicKey;
  } catch {
    return undefined;
  }
}

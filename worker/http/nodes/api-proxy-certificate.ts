/**
 * POST /sailplane/v1/nodes/NAME/api-door `{publicKey}`: a certificate with which a node terminates TLS for its own pods
 * at `kubernetes.default.svc` (docs/spec/pod-network.md, NET-TLS-CERT).
 */
import type { Context } from "hono";
import type { Service } from "../../../api/generated/core.v1.ts";
import { decodeBase64 } from "../../../api/machinery/encoding/base64.ts";
import { readObject } from "../../../api/machinery/json/object-text.ts";
import { badRequest } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { apiProxyCertificate } from "../../certificates/api-proxy-certificate.ts";
import { clusterSigning } from "../../certificates/cluster-signing.ts";
import type { Bindings } from "../bindings.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { readBody } from "../request/body.ts";
import { requireNode } from "./node-link.ts";

const EC_P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

export async function serveApiProxyCertificate(c: Context<Bindings>): Promise<Response> {
  await requireNode(c, c.req.param("name") ?? "");
  const publicKey = await readKey(await readBody(c.req.raw));
  const addresses = await withPolicy(c, async ({ store }) => {
    const { entry } = await store.read({ resource: "services", namespace: "default", name: "kubernetes" });
    const spec = entry && readObject<Service>(entry.text).spec;
    return (spec?.clusterIPs ?? []).filter((address) => !address.includes(":"));
  });
  const certificate = await apiProxyCertificate(
    { publicKey, addresses },
    await clusterSigning(c.env, c.get("cluster")),
  );
  return c.json({ certificate }, 201);
}

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

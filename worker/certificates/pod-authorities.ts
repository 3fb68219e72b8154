/**
 * The CAs by which pods verify the API server: that of this server's own certificate, and the cluster's authority, which
 * signs the certificates of nodes. Nodes terminate TLS for their pods if the server's certificate is not valid for
 * `kubernetes.default.svc`, if its paths are not those of the cluster alone, and for clients that may speak SPDY.
 */
import { renderPem } from "../../api/machinery/x509/pem.ts";
import type { Env } from "../env.ts";

const CACHE_MS = 300_000;

/** Concatenated PEM. */
export function podAuthorities(env: Env): (cluster: string) => Promise<string> {
  const cache = new Map<string, { readonly pem: Promise<string>; readonly at: number }>();
  return async (cluster) => {
    const own = env.CLUSTER_CA ?? "";
    let cached = cache.get(cluster);
    // A cluster may be deleted and created again.
    if (cached === undefined || Date.now() - cached.at > CACHE_MS) {
      const pem = env.CLUSTER_KEYS.getByName(cluster)
        .clientAuthority()
        .then(({ certificate }) => own + renderPem("CERTIFICATE", certificate as Uint8Array));
      cached = { pem, at: Date.now() };
      cache.set(cluster, cached);
      pem.catch(() => cache.delete(cluster));
    }
    return cached.pem;
  };
}

/**
 * Where a request comes from. On Cloudflare a header says it that no client can set. workerd by itself passes that header on as it came, and says
 * beside all headers whose connection it is.
 */
export function clientAddress(request: Request): string | undefined {
  const { clientIp } = (request.cf ?? {}) as { readonly clientIp?: string };
  if (clientIp === undefined) return request.headers.get("CF-Connecting-IP") ?? undefined;
  // Of a Unix socket there is none.
  return /^\[?([0-9a-fA-F.:]+?)\]?:\d+$/.exec(clientIp)?.[1];
}

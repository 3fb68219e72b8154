/**
 * The address that a request comes from. On Cloudflare it is in a header that no client can set. Plain workerd passes
 * that header through unverified, and reports the connection's address separately.
 */
export function clientAddress(request: Request): string | undefined {
  const { clientIp } = (request.cf ?? {}) as { readonly clientIp?: string };
  if (clientIp === undefined) return request.headers.get("CF-Connecting-IP") ?? undefined;
  // Unix sockets have none.
  return /^\[?([0-9a-fA-F.:]+?)\]?:\d+$/.exec(clientIp)?.[1];
}

export const requestsWebSocket = ({ headers }: Request): boolean =>
  headers.get("Upgrade")?.toLowerCase() === "websocket";

/** The headers that a WebSocket handshake needs, without anything that identifies the client. */
export function upgradeOf(request: Request): Headers {
  const headers = new Headers();
  for (const name of ["Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

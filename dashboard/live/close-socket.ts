/** Browsers report it as an error if a socket is closed while it connects: such a one is closed once it is open. */
export function closeSocket(socket: WebSocket): void {
  socket.onmessage = null;
  if (socket.readyState === WebSocket.CONNECTING) socket.addEventListener("open", () => socket.close());
  else socket.close();
}

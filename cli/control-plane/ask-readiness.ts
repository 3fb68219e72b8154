import { connect } from "node:net";

/**
 * The status code that a control plane's readiness socket answers. By hand, and not by TLS: a client for either would cost the
 * supervisor 10 MB for as long as it runs. Rejects where nothing answers.
 */
export function askReadiness(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let answer = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer within 10 s")));
    socket.once("error", reject);
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.once("close", () => resolve(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "broke off"));
    socket.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  });
}

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 30_000;

/** Resolves once a control plane is ready, or with why it is not in time, or once asking was given up. */
export async function readinessProblem(socketPath: string, givenUp = () => false): Promise<string | undefined> {
  const end = Date.now() + patienceMs;
  let last = "no answer";
  while (Date.now() < end && !givenUp()) {
    last = await askReadiness(socketPath).catch((error: Error) => error.message);
    if (last === "200") return undefined;
    await sleep(20);
  }
  return givenUp() ? undefined : `/readyz after ${patienceMs / 1000} s: ${last}`;
}

/**
 * The status code that a control plane's readiness socket answers. By hand, and not by TLS: a client for either would cost the
 * supervisor 10 MB for as long as it runs. Rejects where nothing answers.
 */
function askReadiness(socketPath: string): Promise<string> {
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

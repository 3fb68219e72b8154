import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { attachedTo } from "./attach.ts";

it("input for a container that is gone fails nothing but the attachment", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "sailplane-attach-")), "supervisor.sock");
  const server = createServer().listen(path);
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const client = connect(path);
  const attached = attachedTo(client, { stdin: true, stdout: true, stderr: true, tty: false });
  const [supervisor] = await accepted;
  supervisor.destroy();
  attached.stdin?.write(Buffer.alloc(1024 * 1024));
  expect(await attached.exit).toEqual({ code: 0 });
  server.close();
});

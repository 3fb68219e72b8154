import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { attachedTo } from "./attach.ts";

it("input for a container that is gone fails nothing but the attachment", async () => {
  const path = join(temporaryDirectory(), "supervisor.sock");
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

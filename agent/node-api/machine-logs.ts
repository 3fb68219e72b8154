/** The kubelet's /logs: the machine's own logs, as files below /var/log. Links that lead elsewhere are not followed. */
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { NOT_FOUND, type NodeApiResponse } from "../streams/response.ts";

const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => HTML[char] ?? char);

const listing = (names: readonly string[]): NodeApiResponse => ({
  status: 200,
  type: "text/html; charset=utf-8",
  body: `<pre>\n${names.map((name) => `<a href="${escaped(encodeURI(name))}">${escaped(name)}</a>\n`).join("")}</pre>\n`,
});

/** `path` is relative to `root`, escaped as in a URL. */
export async function machineLogs(path: string, root = "/var/log"): Promise<NodeApiResponse> {
  try {
    const [file, top] = await Promise.all([realpath(join(root, decodeURIComponent(path))), realpath(root)]);
    if (file !== top && !file.startsWith(`${top}/`)) return NOT_FOUND;
    const found = await stat(file);
    if (found.isDirectory()) {
      const entries = await readdir(file, { withFileTypes: true });
      return listing(entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort());
    }
    // Reading a pipe or a socket might block forever.
    if (!found.isFile()) return NOT_FOUND;
    return { status: 200, type: "text/plain; charset=utf-8", body: createReadStream(file) };
  } catch {
    return NOT_FOUND;
  }
}

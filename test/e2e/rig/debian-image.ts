import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { layeredImage } from "./oci-image.ts";

const run = promisify(execFile);

const passwd = `root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
`;

/**
 * An image of Debian packages with their dependencies, and of this machine's Node.js; undefined if no packages are
 * available.
 */
export async function debianImage(name: string, packages: readonly string[]): Promise<Buffer | undefined> {
  const place = mkdtempSync(join(tmpdir(), "sailplane-debian-"));
  const root = join(place, "root");
  try {
    mkdirSync(join(place, "archives/partial"), { recursive: true });
    writeFileSync(join(place, "status"), "");
    const options = [`Dir::State::status=${place}/status`, `Dir::Cache::archives=${place}/archives`];
    const got = await run("apt-get", [
      ...[...options, "APT::Sandbox::User=root", "Debug::NoLocking=1"].flatMap((option) => ["-o", option]),
      ...["--download-only", "--yes", "--no-install-recommends", "install", ...packages],
    ]).catch(() => undefined);
    if (got === undefined) return undefined;
    mkdirSync(root);
    for (const file of readdirSync(join(place, "archives")).filter((each) => each.endsWith(".deb")))
      await run("dpkg-deb", ["-x", join(place, "archives", file), root]);
    configure(root);
    await addProgram(root, process.execPath, "/usr/bin/node");
    const layer = await run("tar", ["-C", root, "-cf", "-", "."], { maxBuffer: 1024 ** 3, encoding: "buffer" });
    return layeredImage(name, layer.stdout, { Env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Does what the packages' own scripts do at installation. */
function configure(root: string): void {
  for (const directory of ["tmp", "run", "var/log/nginx", "var/lib/nginx", "var/lib/redis", "var/www/html"])
    mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, "etc/passwd"), passwd);
  writeFileSync(join(root, "etc/group"), "root:x:0:\nwww-data:x:33:\n");
  const page = join(root, "usr/share/nginx/html/index.html");
  if (!existsSync(page)) return;
  copyFileSync(page, join(root, "var/www/html/index.nginx-debian.html"));
  mkdirSync(join(root, "etc/nginx/sites-enabled"), { recursive: true });
  symlinkSync("/etc/nginx/sites-available/default", join(root, "etc/nginx/sites-enabled/default"));
}

/** A program of this machine, with the libraries that it is linked with. */
async function addProgram(root: string, program: string, path: string): Promise<void> {
  const { stdout } = await run("ldd", [program]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
  for (const [from, to] of [[program, path] as const, ...libraries.map((library) => [library, library] as const)]) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  }
}

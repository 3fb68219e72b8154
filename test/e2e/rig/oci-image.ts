import { createHash } from "node:crypto";

/**
 * A file of an image: its path without a leading slash and its bytes or, for a link, its target; or a directory that
 * anyone may write.
 */
export interface ImageFile {
  readonly path: string;
  readonly directory?: boolean;
  readonly bytes?: Buffer;
  readonly link?: string;
}

interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
}

/** An OCI image of one layer as a tar archive, for `ctr images import`. */
export const ociImage = (name: string, files: readonly ImageFile[], config: ImageConfig): Buffer =>
  layeredImage(name, tar(files), config);

/** The same, from a layer that is a tar archive already. */
export function layeredImage(name: string, layer: Buffer, config: ImageConfig): Buffer {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const describe = (mediaType: string, blob: Buffer) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: `sha256:${sha256(blob)}`,
    size: blob.length,
  });
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const rootfs = { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] };
  const image = json({ architecture, os: "linux", config: { Env: ["PATH=/bin"], ...config }, rootfs });
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: describe("config.v1+json", image),
    layers: [describe("layer.v1.tar", layer)],
  });
  const annotations = { "io.containerd.image.name": name };
  const index = json({ schemaVersion: 2, manifests: [{ ...describe("manifest.v1+json", manifest), annotations }] });
  return tar([
    { path: "oci-layout", bytes: json({ imageLayoutVersion: "1.0.0" }) },
    { path: "index.json", bytes: index },
    ...[layer, image, manifest].map((blob) => ({ path: `blobs/sha256/${sha256(blob)}`, bytes: blob })),
  ]);
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** POSIX ustar; paths up to 100 bytes. */
function tar(files: readonly ImageFile[]): Buffer {
  const entries = files.flatMap(({ path, bytes = Buffer.alloc(0), link, directory }) => {
    const header = Buffer.alloc(512);
    header.write(path);
    header.write(`${directory ? "0001777" : "0000755"}\0${"0000000\0".repeat(2)}`, 100);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
    header.write(`        ${directory ? "5" : link ? "2" : "0"}${link ?? ""}`, 148);
    header.write("ustar\x0000", 257);
    let sum = 0;
    for (const byte of header) sum += byte;
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}

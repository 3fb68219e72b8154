/** The images of the container runtime. */
import { GrpcCode, GrpcError } from "../../grpc/grpc-error.ts";
import type { ImageObservation, RegistryCredentials } from "../image.ts";
import { RuntimeError } from "../runtime-error.ts";
import { type CriClient, ignoreMissing } from "./cri-client.ts";
import type * as cri from "./cri-messages.ts";

const PULL_SECONDS = 3600;

const imageOf = ({ id, repo_tags, repo_digests, size, uid, username, pinned }: cri.Image): ImageObservation => ({
  id,
  ref: repo_digests[0] ?? id,
  names: [...repo_digests, ...repo_tags],
  size,
  ...(uid === null ? {} : { uid: uid.value }),
  ...(username === "" ? {} : { username }),
  ...(pinned ? { pinned } : {}),
});

const authOf = (credentials: RegistryCredentials) => ({
  username: credentials.username ?? "",
  password: credentials.password ?? "",
  auth: credentials.auth ?? "",
  server_address: credentials.serverAddress ?? "",
  identity_token: credentials.identityToken ?? "",
});

/** As with the kubelet, an uninformative code is left out of the reason why an image cannot be pulled. */
function withoutUnknown(error: Error): never {
  const isUnknown = error.cause instanceof GrpcError && error.cause.code === GrpcCode.Unknown;
  throw isUnknown && error instanceof RuntimeError ? new RuntimeError(error.words, { cause: error }) : error;
}

export class CriImages {
  readonly #cri: CriClient;
  /** containerd pins the image of its sandboxes from 2.0 on; before that, it is only known by name. */
  readonly #sandboxImage: string | undefined;

  constructor(client: CriClient, sandboxImage: string | undefined) {
    this.#cri = client;
    this.#sandboxImage = sandboxImage;
  }

  async find(image: string): Promise<ImageObservation | undefined> {
    const { image: found } = await this.#cri.call("ImageStatus", { image: { image } });
    return found === null ? undefined : imageOf(found);
  }

  async pull(image: string, credentials?: RegistryCredentials, signal?: AbortSignal): Promise<ImageObservation> {
    const request = { image: { image }, ...(credentials && { auth: authOf(credentials) }) };
    const { image_ref } = await this.#cri
      .call("PullImage", request, { seconds: PULL_SECONDS, signal })
      .catch(withoutUnknown);
    const pulled = (await this.find(image_ref)) ?? (await this.find(image));
    if (pulled === undefined) throw new RuntimeError(`image "${image}" is not there after it was pulled`);
    return pulled;
  }

  async list(): Promise<readonly ImageObservation[]> {
    const { images } = await this.#cri.call("ListImages", {});
    return images
      .map(imageOf)
      .map((image) =>
        this.#sandboxImage !== undefined && image.names.includes(this.#sandboxImage)
          ? { ...image, pinned: true }
          : image,
      );
  }

  async inUse(): Promise<ReadonlySet<string>> {
    const { containers } = await this.#cri.call("ListContainers", {});
    return new Set(containers.flatMap(({ image, image_ref }) => [image?.image ?? "", image_ref]));
  }

  async directory(): Promise<string | undefined> {
    const { image_filesystems } = await this.#cri.call("ImageFsInfo", {});
    return image_filesystems[0]?.fs_id?.mountpoint;
  }

  async remove(id: string): Promise<void> {
    await ignoreMissing(this.#cri.call("RemoveImage", { image: { image: id } }));
  }
}

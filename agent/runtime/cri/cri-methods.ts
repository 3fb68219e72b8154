/** The methods of CRI with their requests and responses. */
import type {
  Container,
  ContainerConfig,
  ContainerStats,
  ContainerStatus,
  FilesystemUsage,
  Image,
  LinuxContainerResources,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxStatus,
  RuntimeStatus,
  Version,
} from "./cri-messages.ts";

interface Method<Request, Response> {
  readonly request: Request;
  readonly response: Response;
}
interface Filtered {
  readonly filter: { readonly label_selector: Readonly<Record<string, string>> };
}
type Nothing = Readonly<Record<string, never>>;
interface OfContainer {
  readonly container_id: string;
}
interface OfSandbox {
  readonly pod_sandbox_id: string;
}

export interface CriMethods {
  readonly Version: Method<{ readonly version: string }, Version>;
  readonly Status: Method<{ readonly verbose: boolean }, RuntimeStatus>;
  readonly RunPodSandbox: Method<{ readonly config: PodSandboxConfig; readonly runtime_handler: string }, OfSandbox>;
  readonly StopPodSandbox: Method<OfSandbox, Nothing>;
  readonly RemovePodSandbox: Method<OfSandbox, Nothing>;
  readonly PodSandboxStatus: Method<
    OfSandbox & { readonly verbose?: boolean },
    { readonly status: PodSandboxStatus; readonly info: Readonly<Record<string, string>> }
  >;
  readonly ListPodSandbox: Method<Filtered, { readonly items: readonly PodSandbox[] }>;
  readonly CreateContainer: Method<
    OfSandbox & { readonly config: ContainerConfig; readonly sandbox_config: PodSandboxConfig },
    OfContainer
  >;
  readonly StartContainer: Method<OfContainer, Nothing>;
  readonly StopContainer: Method<OfContainer & { readonly timeout: number }, Nothing>;
  readonly RemoveContainer: Method<OfContainer, Nothing>;
  readonly ListContainers: Method<Filtered | Nothing, { readonly containers: readonly Container[] }>;
  readonly ContainerStatus: Method<OfContainer, { readonly status: ContainerStatus }>;
  readonly UpdateContainerResources: Method<OfContainer & { readonly linux: LinuxContainerResources }, Nothing>;
  readonly ReopenContainerLog: Method<OfContainer, Nothing>;
  readonly ExecSync: Method<
    OfContainer & { readonly cmd: readonly string[]; readonly timeout: number },
    { readonly stdout: Buffer; readonly stderr: Buffer; readonly exit_code: number }
  >;
  readonly Exec: Method<
    OfContainer & {
      readonly cmd: readonly string[];
      readonly tty: boolean;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
    },
    { readonly url: string }
  >;
  readonly Attach: Method<
    OfContainer & {
      readonly tty: boolean;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
    },
    { readonly url: string }
  >;
  readonly PortForward: Method<OfSandbox & { readonly port: readonly number[] }, { readonly url: string }>;
  readonly ListContainerStats: Method<Filtered, { readonly stats: readonly ContainerStats[] }>;
  readonly ImageStatus: Method<{ readonly image: { readonly image: string } }, { readonly image: Image | null }>;
  readonly PullImage: Method<
    {
      readonly image: { readonly image: string };
      readonly auth?: {
        readonly username: string;
        readonly password: string;
        readonly auth: string;
        readonly server_address: string;
        readonly identity_token: string;
      };
      readonly sandbox_config?: PodSandboxConfig;
    },
    { readonly image_ref: string }
  >;
  readonly ListImages: Method<Nothing, { readonly images: readonly Image[] }>;
  readonly RemoveImage: Method<{ readonly image: { readonly image: string } }, Nothing>;
  readonly ImageFsInfo: Method<Nothing, { readonly image_filesystems: readonly FilesystemUsage[] }>;
}

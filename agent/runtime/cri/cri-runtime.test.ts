import { describe, it } from "vitest";
import { runtimeContract } from "../runtime.contract.ts";
import { CriRuntime } from "./cri-runtime.ts";

/** A containerd with the image `localhost/busybox:1`; test/e2e starts one in a network namespace. */
const endpoint = process.env.CONTAINER_RUNTIME_ENDPOINT?.replace(/^unix:\/\//, "");

if (endpoint === undefined)
  describe.skip("the cri runtime (CONTAINER_RUNTIME_ENDPOINT names no container runtime)", () => it("runs", () => {}));
else runtimeContract("cri", { image: "localhost/busybox:1", open: () => CriRuntime.open(endpoint, "contract") });

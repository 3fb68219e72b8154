import { describe, expect, it } from "vitest";
import type { Pod, PodSecurityContext, SecurityContext } from "../../../api/generated/core.v1.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import type { ImageObservation } from "../../runtime/image.ts";
import { containerSecurity, pidScopeOf } from "./security.ts";

const image = (user: Partial<ImageObservation> = {}) => ({ id: "i", ...user }) as ImageObservation;
const podOf = (securityContext: PodSecurityContext): Pod => ({
  metadata: { name: "p", namespace: "n", uid: "u" },
  spec: { containers: [], securityContext },
  status: {},
});
let isDefault = false;
const security = (own: SecurityContext, ofPod: PodSecurityContext = {}, user: Partial<ImageObservation> = {}) =>
  containerSecurity({
    pod: podOf(ofPod),
    container: { name: "c", securityContext: own },
    image: image(user),
    seccomp: { directory: "/profiles", isDefault },
  });

describe("the user of a container", () => {
  it.each<[string, SecurityContext, PodSecurityContext, Partial<ImageObservation>, object]>([
    ["its own, ahead of its pod's and its image's", { runAsUser: 1 }, { runAsUser: 2 }, { uid: 3 }, { runAsUser: 1 }],
    [
      "its pod's, ahead of its image's",
      {},
      { runAsUser: 2, runAsGroup: 4 },
      { uid: 3 },
      { runAsUser: 2, runAsGroup: 4 },
    ],
    ["the uid of its image", {}, {}, { uid: 3 }, { runAsUser: 3 }],
    ["root if its image names none", { runAsGroup: 5 }, {}, { username: "" }, { runAsUser: 0, runAsGroup: 5 }],
    ["the user name of its image if there is no uid", {}, {}, { username: "www" }, { runAsUsername: "www" }],
  ])("is %s", (_, own, ofPod, user, expected) => expect(security(own, ofPod, user)).toMatchObject(expected));

  it.each<[string, SecurityContext, Partial<ImageObservation>, string | undefined]>([
    ["runs as root", { runAsUser: 0 }, {}, "container's runAsUser breaks non-root policy"],
    ["has an image with user root", {}, { uid: 0 }, "image will run as root"],
    ["has an image without a user", {}, {}, "image will run as root"],
    [
      "has an image with a user name",
      {},
      { username: "www" },
      "image has non-numeric user (www), cannot verify user is non-root",
    ],
    ["has an image with another uid", {}, { uid: 7 }, undefined],
    ["has its own uid", { runAsUser: 7 }, { uid: 0 }, undefined],
    ["sets runAsNonRoot to false", { runAsNonRoot: false }, { uid: 0 }, undefined],
  ])("must not be root, for a container that %s", (_, own, user, why) => {
    const of = () => security(own, { runAsNonRoot: true }, user);
    if (why === undefined) expect(of).not.toThrow();
    else {
      expect(of).toThrow(ConfigError);
      expect(of).toThrow(why);
    }
  });
});

describe("the security context of a container", () => {
  it("takes precedence over its pod's", () => {
    const profile = { type: "Localhost", localhostProfile: "strict.json" };
    expect(
      security(
        {
          capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] },
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
        },
        { seccompProfile: profile, appArmorProfile: { type: "RuntimeDefault" }, supplementalGroups: [5], fsGroup: 6 },
      ),
    ).toMatchObject({
      addCapabilities: ["NET_ADMIN"],
      dropCapabilities: ["ALL"],
      noNewPrivileges: true,
      readOnlyRoot: true,
      seccomp: { type: "Localhost", localhostRef: "/profiles/strict.json" },
      appArmor: { type: "RuntimeDefault", localhostRef: "" },
      supplementalGroups: [5, 6],
    });
    expect(security({ seccompProfile: { type: "RuntimeDefault" } }, { seccompProfile: profile }).seccomp.type).toBe(
      "RuntimeDefault",
    );
  });

  it("AGENT-SECCOMP: has the runtime's seccomp profile by default if the node says so, unless it names one", () => {
    const typesOf = () =>
      [{}, { seccompProfile: { type: "Unconfined" } }, { privileged: true }].map((own) => security(own).seccomp.type);
    expect(typesOf()).toEqual(["Unconfined", "Unconfined", "Unconfined"]);
    isDefault = true;
    expect(typesOf()).toEqual(["RuntimeDefault", "Unconfined", "Unconfined"]);
    expect(security({}, { seccompProfile: { type: "Unconfined" } }).seccomp.type).toBe("Unconfined");
    isDefault = false;
  });

  it("has no seccomp or AppArmor profile if privileged", () => {
    const found = security(
      { privileged: true },
      { seccompProfile: { type: "RuntimeDefault" }, appArmorProfile: { type: "RuntimeDefault" } },
    );
    expect(found).toMatchObject({ privileged: true, seccomp: { type: "Unconfined" } });
    expect(found).not.toHaveProperty("appArmor");
  });
});

it("a container has the PID namespace of itself, its pod or the node", () => {
  const scope = (spec: object) => pidScopeOf({ ...podOf({}), spec: { containers: [], ...spec } });
  expect([scope({}), scope({ shareProcessNamespace: true }), scope({ hostPID: true })]).toEqual([
    "container",
    "pod",
    "node",
  ]);
});

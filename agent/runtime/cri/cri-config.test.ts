import { describe, expect, it } from "vitest";
import { plainContainer, plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { type CriNode, criContainer, criResources, criSandbox } from "./cri-config.ts";
import { featuresOf } from "./runtime-config.ts";

const POD = { namespace: "n", name: "p", uid: "u" };
const NODE = { agentId: "a", hasUnifiedCgroups: false };
const VOLUME = { containerPath: "/v", hostPath: "/host", readOnly: true, propagation: "private" } as const;

describe("the CRI configuration", () => {
  it("AGENT-USERS: has the ids of a pod's user namespace for its sandbox, containers and mounts", () => {
    const sandbox = plainSandbox(POD, { userNamespace: { hostId: 131_072, length: 65_536 } });
    const ids = [{ host_id: 131_072, container_id: 0, length: 65_536 }];
    const options = { mode: "POD", uids: ids, gids: ids };
    expect(criSandbox(sandbox, "a").linux.security_context.namespace_options.userns_options).toEqual(options);
    const container = criContainer(plainContainer({ mounts: [VOLUME] }), sandbox, NODE);
    expect(container.linux.security_context.namespace_options.userns_options).toEqual(options);
    expect(container.mounts).toMatchObject([{ uidMappings: ids, gidMappings: ids }]);
  });

  it("AGENT-USERS: shares the machine's user namespace by default", () => {
    const container = criContainer(plainContainer({ mounts: [VOLUME] }), plainSandbox(POD), NODE);
    expect(container.linux.security_context.namespace_options.userns_options).toMatchObject({ mode: "NODE" });
    expect(container.mounts).toMatchObject([{ uidMappings: [], gidMappings: [], recursive_read_only: false }]);
  });

  it("AGENT-CGROUP: has all processes of a container that is out of memory end together", () => {
    const config = plainContainer();
    const linux = (node: CriNode) => criContainer(config, plainSandbox(POD), node).linux.resources;
    expect(linux({ ...NODE, hasUnifiedCgroups: true }).unified).toEqual({ "memory.oom.group": "1" });
    expect(linux(NODE).unified).toEqual({});
    expect(criResources(config.resources, { hasUnifiedCgroups: true }).unified).toEqual({ "memory.oom.group": "1" });
  });

  it("AGENT-READONLY, AGENT-GROUPS: has a container's recursive read-only mounts and group policy", () => {
    const plain = plainContainer();
    const config = plainContainer({
      mounts: [{ ...VOLUME, recursiveReadOnly: true }],
      security: { ...plain.security, supplementalGroupsPolicy: "Strict" },
    });
    const sandbox = plainSandbox(POD, { supplementalGroupsPolicy: "Strict" });
    const container = criContainer(config, sandbox, NODE);
    expect(container.mounts).toMatchObject([{ readonly: true, recursive_read_only: true }]);
    expect(container.linux.security_context.supplemental_groups_policy).toBe("Strict");
    expect(criSandbox(sandbox, "a").linux.security_context.supplemental_groups_policy).toBe("Strict");
  });
});

describe("runtime features", () => {
  it("are known by handler, including the default", () => {
    const { handlers, supplementalGroupsPolicy } = featuresOf({
      info: {},
      runtime_handlers: [
        { name: "", features: { recursive_read_only_mounts: true, user_namespaces: true } },
        { name: "bare", features: null },
      ],
      features: { supplemental_groups_policy: true },
    });
    expect(supplementalGroupsPolicy).toBe(true);
    expect(Object.fromEntries(handlers)).toEqual({
      "": { recursiveReadOnlyMounts: true, userNamespaces: true },
      bare: { recursiveReadOnlyMounts: false, userNamespaces: false },
    });
  });

  it("are empty for an old runtime", () => {
    const features = featuresOf({ info: {}, runtime_handlers: [], features: null });
    expect(features.handlers.size).toBe(0);
    expect(features).not.toHaveProperty("supplementalGroupsPolicy");
  });
});

import { expect, test } from "vitest";
import { call, newNamespace, pod } from "../../../test/workers/core-calls.ts";

test("REG-BIND: a binding with a uid or a revision binds only that pod", async () => {
  const place = await newNamespace("bind");
  const { object } = await call(`${place}/pods`, pod("a"));
  const bind = async (meta: object, target: object = { name: "n" }) => {
    const body = { apiVersion: "v1", kind: "Binding", metadata: { name: "a", ...meta }, target };
    const answer = await call(`${place}/pods/a/binding`, body);
    return [answer.code, answer.object.message];
  };
  const refused = (told: string, asked: string, now: string | undefined) => [
    409,
    'Operation cannot be fulfilled on pods "a": StorageError: invalid object, Code: 4, Key: /registry/pods/bind/a, ' +
      `ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${told} in precondition: ${asked}, ` +
      `${told} in object meta: ${now}`,
  ];
  const { uid, resourceVersion } = object.metadata;
  expect(await bind({ uid: "other" })).toEqual(refused("UID", "other", uid));
  expect(await bind({ resourceVersion: "1" })).toEqual(refused("ResourceVersion", "1", resourceVersion));
  expect(await bind({}, { kind: "Pod", name: "" })).toEqual([
    500,
    '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
  ]);
  expect((await bind({ uid, resourceVersion }))[0]).toBe(201);
});

test("a token request keeps the client's metadata, and binds to an object that has a name", async () => {
  const place = await newNamespace("bind-token");
  await call(`${place}/serviceaccounts`, { metadata: { name: "a" } });
  const request = async (spec: object) => {
    const body = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: { labels: { a: "b" } },
      spec,
    };
    return call(`${place}/serviceaccounts/a/token`, body);
  };
  expect((await request({})).object.metadata).toMatchObject({ name: "a", labels: { a: "b" } });
  const { code, object } = await request({ boundObjectRef: { apiVersion: "v1", kind: "Pod" } });
  expect([code, object]).toMatchObject([400, { message: "Name parameter required." }]);
});

import { expect, test } from "vitest";
import { idOfFrame, type LinkAnswer, parseLinkFrame, renderLinkFrame } from "./link-request.ts";

const id = "0b5ce1a0-6a3e-4d7c-9f0e-2f1d2c3b4a59";
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

test("LINK-REQUEST-FRAME: a frame carries the id, the head and the body's bytes", () => {
  const head = { response: { code: 200, message: "é\n" } };
  const body = Uint8Array.of(0, 10, 255, 10);
  const frame = renderLinkFrame({ id, head, body }, encoder);
  expect(idOfFrame(frame)).toBe(id);
  expect(parseLinkFrame<LinkAnswer>(frame, decoder)).toEqual({ id, head, body });
  expect(parseLinkFrame(renderLinkFrame({ id, head: {}, body: new Uint8Array() }, encoder), decoder)).toEqual({
    id,
    head: {},
    body: new Uint8Array(),
  });
});

test.each(["", id, `${id}{}`, `${id}{"response"\n`, `${id}null\n`, `${id}7\n`, "short\n"])(
  "LINK-REQUEST-FRAME: %j cannot be read",
  (text) => expect(parseLinkFrame(encoder.encode(text), decoder)).toBeUndefined(),
);

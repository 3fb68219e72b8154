import { expect, test } from "vitest";
import type { Served } from "../kinds/kind-registry.ts";
import { SelectingStore } from "./selecting-store.ts";
import { StoreClient } from "./store-client.ts";

class ConvertingClient extends StoreClient {
  override textForWriter(text: string): string {
    return `converted ${text}`;
  }
}

test("CRD-SELECT: a write is answered like any other, whatever its URL selects", async () => {
  const noStub = () => {
    throw new Error("nothing is called");
  };
  const store = new SelectingStore(new ConvertingClient(noStub, undefined), {} as Served);
  expect(await store.textForWriter("text")).toBe("converted text");
});

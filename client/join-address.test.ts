import { expect, test } from "vitest";
import { addressForOthers, isLoopback } from "./join-address.ts";

test.each([
  ["https://127.0.0.1:6443", true],
  ["https://localhost:8443/clusters/a", true],
  ["https://[::1]:6443", true],
  ["https://127.0.0.1.example.com", false],
  ["https://plane.example.com", false],
])("knows whether %s leads nowhere else", (server, itDoes) => expect(isLoopback(server)).toBe(itDoes));

test("a control plane that listens for others is joined at the address that it advertises", () => {
  const listening = { flags: { "advertise-address": "192.168.1.7" } };
  expect(addressForOthers("https://127.0.0.1:6443", listening)).toBe("https://192.168.1.7:6443");
  expect(addressForOthers("https://localhost:7443/clusters/a", listening)).toBe("https://192.168.1.7:7443/clusters/a");
});

test("one that listens for its own machine only has no such address", () => {
  expect(addressForOthers("https://127.0.0.1:6443", { flags: {} })).toBeUndefined();
  expect(addressForOthers("https://127.0.0.1:6443", {})).toBeUndefined();
});

test("an address that leads elsewhere is the one to join", () =>
  expect(addressForOthers("https://plane.example.com", {})).toBe("https://plane.example.com"));

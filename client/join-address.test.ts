import { expect, test } from "vitest";
import { addressForOthers, isLoopback } from "./join-address.ts";

test.each([
  ["https://127.0.0.1:6443", true],
  ["https://localhost:8443/clusters/a", true],
  ["https://[::1]:6443", true],
  ["https://127.0.0.1.example.com", false],
  ["https://plane.example.com", false],
])("the address %s is recognized as loopback or not", (server, itDoes) => expect(isLoopback(server)).toBe(itDoes));

test("others join a loopback control plane at its advertised address", () => {
  const listening = { flags: { "advertise-address": "192.168.1.7" } };
  expect(addressForOthers("https://127.0.0.1:6443", listening)).toBe("https://192.168.1.7:6443");
  expect(addressForOthers("https://localhost:7443/clusters/a", listening)).toBe("https://192.168.1.7:7443/clusters/a");
});

test("others cannot join a control plane that only listens on loopback", () => {
  expect(addressForOthers("https://127.0.0.1:6443", { flags: {} })).toBeUndefined();
  expect(addressForOthers("https://127.0.0.1:6443", {})).toBeUndefined();
});

test("others join any other address as it is", () =>
  expect(addressForOthers("https://plane.example.com", {})).toBe("https://plane.example.com"));

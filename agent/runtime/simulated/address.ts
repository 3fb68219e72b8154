/**
 * Made-up addresses for simulated pods, in 10.128.0.0/9: a hash of the node's name chooses a /17, the pod's number the
 * rest.
 */

const PODS = 2 ** 15;

export function addressAt(nodeName: string, serial: number): string {
  let hash = 0;
  for (const char of nodeName) hash = (hash * 31 + char.charCodeAt(0)) % 256;
  const host = 1 + (serial % (PODS - 2));
  const number = hash * PODS + host;
  return `10.${128 + Math.floor(number / 65536)}.${Math.floor(number / 256) % 256}.${number % 256}`;
}

/** Traffic of a network's interfaces, as counted by the kernel since each was created. */

export interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

export interface InterfaceCounters {
  readonly name: string;
  readonly received: Traffic;
  readonly sent: Traffic;
}

/** Loopback, and the machine's ends of pods' and containers' interfaces, which cadvisor leaves out, too. */
const PASSED_OVER = /^(?:lo$|veth|docker)/;
/** Of each direction: bytes, packets, errors, dropped, and four more. */
const COLUMNS = 8;

const trafficOf = ([bytes = 0, packets = 0, errors = 0, dropped = 0]: readonly number[]): Traffic => ({
  bytes,
  packets,
  errors,
  dropped,
});

/** Parses `/proc/…/net/dev`: two lines of headings, then one per interface. */
export const parseNetworkCounters = (text: string): readonly InterfaceCounters[] =>
  text.split("\n").flatMap((line) => {
    const [, name = "", rest = ""] = /^\s*(\S+):(.*)$/.exec(line) ?? [];
    if (name === "" || PASSED_OVER.test(name)) return [];
    const numbers = rest.trim().split(/\s+/).map(Number);
    return [{ name, received: trafficOf(numbers), sent: trafficOf(numbers.slice(COLUMNS)) }];
  });

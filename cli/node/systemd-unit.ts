/** The unit that keeps a node running on a machine with systemd: pure. */

export interface UnitOptions {
  /** The program and its words, each to be one word. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** systemd's quoting: `%` and `$` mean something to it. */
const word = (text: string): string =>
  /^[\w@:,./=+-]+$/.test(text)
    ? text
    : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;

export const systemdUnit = ({ command, environment }: UnitOptions): string => `[Unit]
Description=Sailplane node
Wants=network-online.target
After=network-online.target containerd.service crio.service

[Service]
ExecStart=${command.map(word).join(" ")}
${Object.entries(environment)
  .map(([name, value]) => `Environment=${word(`${name}=${value}`)}\n`)
  .join("")}# A node that has left stays away.
Restart=on-failure
RestartSec=1
# Its pods outlive it.
KillMode=process
Delegate=yes
LimitNOFILE=1048576
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`;

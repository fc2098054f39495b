// Connections go to this machine and nowhere else. As with curl's --connect-to,
// names that look real on port 443 can live on any port of it.
import { Agent, buildConnector, setGlobalDispatcher } from "undici";
import { isIP } from "node:net";

/** Parses "host:port:addr:port". */
export function parseConnectTo(spec) {
  const m = /^([^:]+):(\d+):(127\.[\d.]+):(\d+)$/.exec(spec);
  if (!m) throw new Error(`bad --connect-to ${spec}; want host:port:127.x.y.z:port`);
  return { host: m[1], port: m[2], toHost: m[3], toPort: m[4] };
}

export function installDispatcher({ connectTo, ca, timeoutMs = 15000 }) {
  const base = buildConnector({ ca, timeout: timeoutMs });
  const connect = (opts, callback) => {
    const port = opts.port || (opts.protocol === "https:" ? "443" : "80");
    const rule = connectTo.find((r) => r.host === opts.hostname && r.port === port);
    if (!rule) return callback(new Error(`fedify-peer knows no way to ${opts.hostname}:${port}`), null);
    base({ ...opts, hostname: rule.toHost, port: rule.toPort, servername: opts.servername || (isIP(opts.hostname) ? undefined : opts.hostname) }, callback);
  };
  setGlobalDispatcher(new Agent({ connect, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, keepAliveTimeout: 1000 }));
}

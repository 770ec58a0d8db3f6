// The official CLI knows no other hosts than Vonage's own: preloaded into it, this sends its requests to the simulator.
const http = require('http');
const https = require('https');

const simulator = new URL(process.env.SIMULATED_VONAGE);
const hosts = new Set(['api.nexmo.com', 'rest.nexmo.com']);
const request = https.request;

https.request = function (wanted, ...rest) {
  const options = typeof wanted === 'string' ? new URL(wanted) : wanted;
  if (!hosts.has(options.hostname || options.host)) return request.call(this, wanted, ...rest);
  const given = options instanceof URL ? { path: options.pathname + options.search, ...rest.shift() } : options;
  const { hostname, port } = simulator;
  return http.request({ ...given, protocol: 'http:', host: hostname, hostname, port, agent: http.globalAgent }, ...rest);
};

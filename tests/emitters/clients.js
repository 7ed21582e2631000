// Sends messages to a sink: node clients.js KIND URL FIRST COUNT. KIND is "fetch" or "http".
const http = require("http");
const zlib = require("zlib");
const [kind, url, first, count] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

function body(number) {
  return `${kind === "fetch" ? "node-fetch" : "node-http"}-${number}-${"x".repeat((number * 37) % 5000)}`;
}

function byHttp(number) {
  const text = body(number);
  const headers = { "Content-Type": "text/plain" };
  if (number % 3 === 0) headers["Content-Length"] = Buffer.byteLength(text); // else in chunks
  if (number % 5 === 0) headers.Expect = "100-continue";
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", agent, headers }, (answer) => {
      answer.resume();
      answer.on("end", resolve);
    });
    request.on("error", reject);
    if (headers.Expect) {
      request.on("continue", () => request.end(text));
      request.flushHeaders();
    } else {
      request.end(text);
    }
  });
}

async function byFetch(number) {
  const text = body(number);
  const zipped = number % 3 === 0;
  const headers = zipped ? { "Content-Encoding": "gzip" } : {};
  const answer = await fetch(url, { method: "POST", headers, body: zipped ? zlib.gzipSync(text) : text });
  await answer.arrayBuffer();
}

async function main() {
  const send = kind === "fetch" ? byFetch : byHttp;
  const numbers = Array.from({ length: Number(count) }, (_, index) => Number(first) + index);
  const lanes = Array.from({ length: 4 }, (_, lane) => numbers.filter((number) => number % 4 === lane));
  await Promise.all(lanes.map(async (lane) => { for (const number of lane) await send(number); }));
  agent.destroy();
}

main().catch((error) => { console.error(error); process.exit(1); });

// SPDX-License-Identifier: Apache-2.0
// The mock's object store: bytes by key, ranges on GET, parts by number. MOCK_SPEED (bytes a second) slows PUTs down.
export const objects = new Map();
const speed = Number(process.env.MOCK_SPEED ?? 0);

export function answerObjects(request, url, body, response) {
  const key = url.pathname.slice('/objects/'.length);
  if (request.method === 'PUT') {
    const keep = () => {
      objects.set(key, body);
      response.writeHead(200).end();
    };
    if (speed) setTimeout(keep, (body.length / speed) * 1000);
    else keep();
    return;
  }
  const bytes = objects.get(key);
  if (!bytes) return void response.writeHead(404).end();
  const name = encodeURIComponent(url.searchParams.get('name') ?? key);
  const kind = url.searchParams.has('inline') ? 'inline' : 'attachment';
  const headers = {
    'Content-Type': url.searchParams.get('type') ?? 'application/octet-stream',
    'Content-Disposition': `${kind}; filename*=UTF-8''${name}`,
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'self'",
    'Accept-Ranges': 'bytes',
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) return void response.writeHead(200, { ...headers, 'Content-Length': bytes.length }).end(bytes);
  const end = Math.min(bytes.length - 1, range[2] ? Number(range[2]) : bytes.length - 1);
  const part = bytes.subarray(Number(range[1]), end + 1);
  headers['Content-Range'] = `bytes ${range[1]}-${end}/${bytes.length}`;
  response.writeHead(206, { ...headers, 'Content-Length': part.length }).end(part);
}

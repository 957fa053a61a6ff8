// A Lambda in Node.js that does what Satchel's GET /api/v1/me does: two signed calls of DynamoDB over TLS, one answer.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const env = process.env;
const table = new URL(env.AWS_ENDPOINT_URL_DYNAMODB);
const runtime = new URL(`http://${env.AWS_LAMBDA_RUNTIME_API}`);
const secure = new https.Agent({ keepAlive: true, ca: readFileSync(env.SSL_CERT_FILE) });
const plain = new http.Agent({ keepAlive: true });
const hash = (text) => createHash('sha256').update(text).digest('hex');
const mac = (key, text) => createHmac('sha256', key).update(text).digest();

function exchange(client, options, body) {
  return new Promise((resolve, reject) => {
    const request = client.request(options, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(pieces).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function call(operation, document) {
  const body = JSON.stringify(document);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = { 'content-type': 'application/x-amz-json-1.0', host: table.host, 'x-amz-date': stamp, 'x-amz-target': `DynamoDB_20120810.${operation}` };
  const names = Object.keys(headers).join(';');
  const canonical = ['POST', '/', '', ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), '', names, hash(body)].join('\n');
  const scope = `${stamp.slice(0, 8)}/eu-central-1/dynamodb/aws4_request`;
  const key = scope.split('/').reduce(mac, `AWS4${env.AWS_SECRET_ACCESS_KEY}`);
  const signature = mac(key, ['AWS4-HMAC-SHA256', stamp, scope, hash(canonical)].join('\n')).toString('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  headers['content-length'] = Buffer.byteLength(body);
  const answer = await exchange(https, { method: 'POST', host: table.hostname, port: table.port, path: '/', headers, agent: secure }, body);
  return JSON.parse(answer.body);
}

async function handle(event) {
  const found = event.requestContext.authorizer.lambda;
  const keys = [{ pk: { S: `U#${found.user}` }, sk: { S: 'PROFILE' } }, { pk: { S: `SE#${found.session}` }, sk: { S: 'META' } }];
  const read = await call('BatchGetItem', { RequestItems: { satchel: { ConsistentRead: true, Keys: keys } } });
  const user = read.Responses.satchel.find((item) => item.sk.S === 'PROFILE');
  const quota = (await call('GetItem', { TableName: 'satchel', ConsistentRead: true, Key: { pk: { S: `S#${user.space.S}` }, sk: { S: 'QUOTA' } } })).Item;
  const body = JSON.stringify({ id: user.id.S, email: user.email.S, space: { limit: quota.limit.N, avail: quota.avail.N } });
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}

const api = { host: runtime.hostname, port: runtime.port, agent: plain };
for (;;) {
  const next = await exchange(http, { ...api, method: 'GET', path: '/2018-06-01/runtime/invocation/next' });
  const answer = JSON.stringify(await handle(JSON.parse(next.body)));
  const path = `/2018-06-01/runtime/invocation/${next.headers['lambda-runtime-aws-request-id']}/response`;
  await exchange(http, { ...api, method: 'POST', path, headers: { 'content-length': Buffer.byteLength(answer) } }, answer);
}

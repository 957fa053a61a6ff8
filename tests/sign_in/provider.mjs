// npm's oidc-provider as an issuer for Satchel: two clients, access tokens as RS256 JWTs, whoever types a name signs in.
// usage: node provider.mjs PATH-OF-OIDC-PROVIDER PORT     · POST /test/rotate makes a new signing key and keeps the old one for what is out.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';

const [, , path, port] = process.argv;
const { default: Provider } = await import(path);
const issuer = `http://127.0.0.1:${port}`;
const AUDIENCE = 'https://files.example.org';

const newKey = () => ({ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' });
const client = (id) => ({
  client_id: id, application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
});
const claimsOf = (login) => ({ email: `${login}@example.org`, email_verified: true, name: login[0].toUpperCase() + login.slice(1) });

const provider = (keys) => new Provider(issuer, {
  clients: [client('satchel-page'), client('another-page')],
  jwks: { keys },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...claimsOf(sub) }) }),
  extraTokenClaims: (_, token) => (token.accountId ? claimsOf(token.accountId) : {}),
  ttl: { AccessToken: 30, AuthorizationCode: 60, IdToken: 60, Interaction: 60, Grant: 600, Session: 600, RefreshToken: 600 },
  cookies: { keys: [randomUUID()] },
  features: {
    devInteractions: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({ audience: resource, scope: 'openid profile email', accessTokenFormat: 'jwt', accessTokenTTL: 30, jwt: { sign: { alg: 'RS256' } } }),
    },
  },
});

let keys = [newKey()];
let handle = provider(keys).callback();
createServer((request, response) => {
  if (request.url !== '/test/rotate') return handle(request, response);
  keys = [newKey(), ...keys];
  handle = provider(keys).callback(); // what it has stored is the module's, and stays
  response.writeHead(204).end();
}).listen(Number(port), '127.0.0.1');

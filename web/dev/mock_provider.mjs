// SPDX-License-Identifier: Apache-2.0
// The mock's OpenID provider: a cookie is a session, every code is good, nothing is signed.
import { me, newId } from './mock_state.mjs';

let nonce;
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function idToken(host) {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: `http://${host}/auth`, aud: 'satchel-web', sub: me.id, iat, exp: iat + 300, nonce };
  nonce = undefined;
  return `${encoded({ alg: 'RS256' })}.${encoded(claims)}.${Buffer.alloc(8).toString('base64url')}`;
}

export const provider = {
  'GET /auth/.well-known/openid-configuration': (_, { host }) => {
    const at = `http://${host}/auth`;
    return {
      issuer: at,
      authorization_endpoint: `${at}/authorize`,
      token_endpoint: `${at}/token`,
      revocation_endpoint: `${at}/revoke`,
      jwks_uri: `${at}/jwks.json`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  },
  'GET /auth/authorize': (_, { query, request, response, url }) => {
    const back = new URL(query.get('redirect_uri'));
    back.search = new URLSearchParams({ code: 'mock', state: query.get('state') });
    const known = /satchel_session/.test(request.headers.cookie ?? '');
    response.setHeader(
      'Location',
      known ? back.href : `/signin?continue=${encodeURIComponent(url.pathname + url.search)}`,
    );
    nonce = query.get('nonce');
    return 302;
  },
  'POST /auth/token': (_, { host }) => ({
    access_token: 'mock',
    token_type: 'Bearer',
    expires_in: 300,
    refresh_token: newId(),
    ...(nonce && { id_token: idToken(host) }),
  }),
};

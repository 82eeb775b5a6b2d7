import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';

/** The same claims, signed with a key of somebody else that says it is the service's. */
export async function withAnotherKey(token: string): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  const { kid } = decodeProtectedHeader(token);
  return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}

/** The same claims, signed by nobody. */
export function withoutSignature(token: string): string {
  return new UnsecuredJWT(decodeJwt(token)).encode();
}

/** Another account's, with the signature of this one. */
export function withAnotherName(token: string): string {
  const [head, , signature] = token.split('.');
  const claims = { ...decodeJwt(token), username: 'root', sub: '00000000-0000-4000-8000-000000000000' };
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

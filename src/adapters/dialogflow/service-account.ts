import { readFile } from 'node:fs/promises';
import { type CryptoKey, importPKCS8, SignJWT } from 'jose';
import type { Clock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';

const ALGORITHM = 'RS256';
/** Google APIs take a token that the account signed itself, for at most an hour (AIP-4111). */
const AUDIENCE = 'https://dialogflow.googleapis.com/';
const LIFE_S = 3600;
const RENEW_MS = (LIFE_S - 300) * 1000;

/** Signs the tokens of one Google service account. */
export class ServiceAccount {
  readonly #email: string;
  readonly #keyId: string;
  readonly #key: CryptoKey;
  #token = '';
  #renewAtMs = 0;

  constructor(email: string, keyId: string, key: CryptoKey) {
    this.#email = email;
    this.#keyId = keyId;
    this.#key = key;
  }

  /** A token that is good for some minutes yet. */
  async token(clock: Clock): Promise<string> {
    const nowMs = clock.nowMs();
    if (this.#token !== '' && nowMs < this.#renewAtMs) return this.#token;
    const nowS = Math.floor(nowMs / 1000);
    this.#token = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: this.#keyId })
      .setIssuer(this.#email)
      .setSubject(this.#email)
      .setAudience(AUDIENCE)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + LIFE_S)
      .sign(this.#key);
    this.#renewAtMs = nowMs + RENEW_MS;
    return this.#token;
  }
}

/** Reads the JSON key file of a service account. Throws TW_CONFIG_INVALID. */
export async function readServiceAccount(path: string): Promise<ServiceAccount> {
  try {
    const key: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'));
    const { client_email, private_key, private_key_id } = key;
    return new ServiceAccount(
      String(client_email),
      String(private_key_id),
      await importPKCS8(String(private_key), ALGORITHM),
    );
  } catch (cause) {
    throw new TonewireError(
      'TW_CONFIG_INVALID',
      `adapters.dialogflow: ${path} cannot be read as the JSON key of a Google service account.`,
      { cause },
    );
  }
}

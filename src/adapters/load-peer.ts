import { TonewireError } from '../protocol/errors.ts';

/**
 * Loads a package that only the users of one adapter need, an optional peer dependency.
 * Throws TW_ADAPTER_MISSING.
 * @param load such as `() => import('mqtt')`
 */
export async function loadPeer<T>(packageName: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new TonewireError(
      'TW_ADAPTER_MISSING',
      `${packageName} is not installed or cannot load here. Install it with "npm install ${packageName}".`,
      { cause },
    );
  }
}
